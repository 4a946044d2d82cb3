using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>
/// The routes that only the manual knows; the profile <c>Nextcloud</c> does without them. They answer the manual's flat fields.
/// </summary>
internal static class ManualEndpoints
{
    public static void MapManual(this IEndpointRouteBuilder routes)
    {
        var manual = routes.MapTaskProcessing().WithTags("Routes of the manual");
        manual
            .MapPost("/task/{id}", Fetch)
            .AllowGuests()
            .LimitFetching()
            .WithName("fetchTask")
            .WithSummary("Answers a task of the caller; GET has no rate limit.")
            .Answers<ManualTaskResource>()
            .Fails(404, 429);
        manual
            .MapPost("/task/{id}/cancel", Cancel)
            .AllowGuests()
            .WithName("cancelTaskByManual")
            .WithSummary("Cancels a task.")
            .Answers<ManualTaskResource>()
            .Fails(404);
        manual
            .MapMethods("/task/{id}/file/{fileId}", OcsRoutes.Read, FileEndpoints.Download)
            .AllowGuests(needsHeader: false)
            .WithName("downloadFileByManual")
            .WithSummary("Answers the content of a file that the task names.")
            .Fails(404);
        foreach (var (spelling, plural) in new[] { ("/task/{id}", ""), ("/tasks/{id}", "s") })
        {
            manual
                .MapGet($"{spelling}/progress", ReadOrReport)
                .AllowGuestsAndProviders()
                .WithName($"readOrReportProgressOfTask{plural}")
                .WithSummary("Answers the task; with a progress, and for provider apps only, stores it.")
                .Answers<ManualTaskResource>()
                .Fails(400, 404, 412);
            manual
                .MapPost($"{spelling}/progress", Report)
                .RequireProvider()
                .MendsJson()
                .WithName($"reportProgressOfTask{plural}")
                .WithSummary("Reports the progress of a task.")
                .Takes<ProgressParameters>()
                .Answers<ManualTaskResource>()
                .Fails(400, 404, 412);
            manual
                .MapPost($"{spelling}/result", Finish)
                .RequireProvider()
                .MendsJson()
                .WithName($"finishTask{plural}ByManual")
                .WithSummary("Ends a task with an output or an error.")
                .Takes<ResultParameters>()
                .Answers<ManualTaskResource>()
                .Fails(400, 404, 412);
        }
    }

    private static async Task<OcsResult> Fetch(
        HttpContext context,
        Caller caller,
        FindTask findTask,
        CancellationToken cancellationToken
    ) => Answer(await findTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken));

    private static async Task<OcsResult> Cancel(
        HttpContext context,
        Caller caller,
        CancelTask cancelTask,
        CancellationToken cancellationToken
    ) => Answer(await cancelTask.RunAsync(context.RouteId("id"), caller.Owner, cancellationToken));

    /// <summary>The manual defines this GET, which writes; only with the parameter, and only for providers.</summary>
    private static async Task<IResult> ReadOrReport(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        FindTask findTask,
        ITaskStore tasks,
        ReportProgress reportProgress,
        CancellationToken cancellationToken
    )
    {
        if (!parameters.Has("progress"))
        {
            var id = context.RouteId("id");
            return Answer(
                caller.Kind == CallerKind.ExApp
                    ? await tasks.FindAsync(id, cancellationToken)
                    : await findTask.RunAsync(id, caller.Owner, cancellationToken)
            );
        }

        return caller.Kind == CallerKind.ExApp
            ? await Report(context, parameters, caller, reportProgress, cancellationToken)
            : Access.ProviderRequired;
    }

    private static async Task<OcsResult> Report(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ReportProgress reportProgress,
        CancellationToken cancellationToken
    ) => Answer(await reportProgress.RunAsync(context.RouteId("id"), parameters.Progress(caller), cancellationToken));

    private static async Task<OcsResult> Finish(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        FinishTask finishTask,
        CancellationToken cancellationToken
    ) => Answer(await finishTask.RunAsync(context.RouteId("id"), parameters.Finish(caller), cancellationToken));

    private static OcsResult Answer(ReportOutcome outcome) => ProviderEndpoints.Answer(outcome, OcsProfile.Manual, ManualTaskData.Of);

    private static OcsResult Answer(ProcessingTask? task) =>
        task is null ? OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found") : OcsResult.Ok(new ManualTaskData(task));
}

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using TaskProcessing.Server.Http.Admin;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The admin page: the overview, failed tasks, and actions on tasks.</summary>
internal static class AdminEndpoints
{
    private const int FailedOnPage = 20;

    public static void MapAdmin(this IEndpointRouteBuilder routes)
    {
        var admin = routes.MapTaskProcessing().MapGroup("/admin").WithTags("Administration").RequireAdmin(notByApp: true);
        admin
            .MapMethods("/overview", OcsRoutes.Read, GetOverview)
            .WithName("getOverview")
            .WithSummary("The queue, providers, webhooks and refused callers; read at most once a second.")
            .Answers<OverviewResource>()
            .Fails(401, 403);
        admin
            .MapMethods("/failed", OcsRoutes.Read, ListFailed)
            .WithName("listFailedTasks")
            .WithSummary("Failed tasks of all users with their errors, the newest first, 20 at a time.")
            .Takes<FailedParameters>()
            .Answers<FailedTasksResource>()
            .Fails(400, 401, 403);
        admin
            .MapPost("/tasks/{id}/requeue", Requeue)
            .WithName("requeueTask")
            .WithSummary("Has a failed task of any user run again.")
            .Fails(401, 403, 404, 409);
        admin
            .MapPost("/tasks/{id}/cancel", Cancel)
            .WithName("cancelTaskOfAnyUser")
            .WithSummary("Calls a waiting or running task of any user off.")
            .Fails(401, 403, 404, 409);
    }

    private static async Task<OcsResult> GetOverview(ReadOverview readOverview, CancellationToken cancellationToken) =>
        OcsResult.Ok(new ValueData<OverviewResource>(await readOverview.RunAsync(cancellationToken), AdminJson.Default.OverviewResource));

    private static async Task<OcsResult> ListFailed(
        OcsParameters parameters,
        ITaskStatistics statistics,
        CancellationToken cancellationToken
    )
    {
        var before = parameters.Has("before") ? parameters.Id("before") : (long?)null;
        var failed = await statistics.ListFailedAsync(FailedOnPage, before, cancellationToken);
        return OcsResult.Ok(
            new ValueData<FailedTasksResource>(
                new FailedTasksResource([.. failed.Select(FailedTaskResource.Of)]),
                AdminJson.Default.FailedTasksResource
            )
        );
    }

    private static async Task<OcsResult> Requeue(
        long id,
        Caller caller,
        RequeueTask requeueTask,
        AuditTrail audit,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await requeueTask.RunAsync(id, caller.Actor, cancellationToken),
            id,
            "requeue task",
            "Only a failed task can run again",
            caller,
            audit
        );

    private static async Task<OcsResult> Cancel(
        long id,
        Caller caller,
        CancelTask cancelTask,
        AuditTrail audit,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await cancelTask.TryAsync(id, caller.Actor, cancellationToken),
            id,
            "cancel task",
            "The task has ended already",
            caller,
            audit
        );

    private static OcsResult Answer(TaskChange change, long id, string action, string refusal, Caller caller, AuditTrail audit)
    {
        if (change.Task is null)
            return OcsResult.Failure(StatusCodes.Status404NotFound, "Task not found");
        if (!change.Changed)
            return OcsResult.Failure(StatusCodes.Status409Conflict, refusal);

        audit.Record(caller, action, $"{id}");
        return OcsResult.Ok(OcsData.Null);
    }

    /// <summary>Records an action of the caller.</summary>
    public static void Record(this AuditTrail audit, Caller caller, string action, string target) =>
        audit.Record(caller.Actor, caller.Network, action, target);
}

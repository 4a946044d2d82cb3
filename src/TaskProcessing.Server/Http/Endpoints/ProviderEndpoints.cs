using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Events;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.Parameters;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>The routes of provider apps: claim tasks, report progress and results.</summary>
internal static class ProviderEndpoints
{
    /// <summary>The largest batch of tasks.</summary>
    private const int LargestBatch = 100;

    public static void MapProviders(this IEndpointRouteBuilder routes)
    {
        var providers = routes.MapTaskProcessing().MapGroup("/tasks_provider").WithTags("Providers").RequireProvider().MendsJson();
        // No HEAD: it would claim tasks without showing them.
        providers
            .MapGet("/next", ClaimNext)
            .AllowLongPoll()
            .WithName("claimNext")
            .WithSummary("Claims the next task for one of the given providers.")
            .Takes<ClaimParameters>()
            .Answers<ClaimedTaskResource>()
            .AnswersNoContent()
            .Fails(400, 412, 429);
        providers
            .MapGet("/next_batch", ClaimBatch)
            .AllowLongPoll()
            .WithName("claimBatch")
            .WithSummary("Claims several tasks at once.")
            .Takes<ClaimBatchParameters>()
            .Answers<ClaimedBatchResource>()
            .Fails(400, 412, 429);
        providers
            .MapPost("/{id}/progress", Report)
            .WithName("reportProgress")
            .WithSummary("Reports the progress of a task. Stop the work when the status in the answer is not running.")
            .Takes<ProgressParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 404, 412);
        providers
            .MapPost("/{id}/heartbeat", Renew)
            .AllowLongPollIfCapacity()
            .WithName("renewLease")
            .WithSummary("Renews the lease of a task. With wait, answers when the task no longer runs.")
            .Takes<HeartbeatParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 404, 412);
        providers
            .MapPost("/{id}/release", Release)
            .WithName("releaseTask")
            .WithSummary("Gives a task back unfinished, because the worker stops. 409 when the claim is outdated.")
            .Takes<ReleaseParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 404, 409, 412);
        providers
            .MapPost("/{id}/result", Finish)
            .WithName("finishTask")
            .WithSummary("Ends a task with an output or an error; the first result wins.")
            .Takes<ResultParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 404, 412);
        providers
            .MapPost("/results", FinishMany)
            .WithName("finishTasks")
            .WithSummary("Ends up to 100 tasks in one call; each result has an outcome of its own.")
            .Takes<ResultsParameters>()
            .Answers<ResultOutcomesResource>()
            .Fails(400, 412);
        providers
            .MapPost("/{id}/stream-result", Stream)
            .WithName("streamOutput")
            .WithSummary("Stores the output of a running task so far.")
            .Takes<StreamParameters>()
            .Answers<TaskEnvelopeResource>()
            .Fails(400, 404, 412);
    }

    private static async Task<OcsResult> ClaimNext(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ClaimTasks claimTasks,
        TriggerProviders triggers,
        CancellationToken cancellationToken
    )
    {
        triggers.Polled(caller.AppId!, parameters.List("providerIds"));
        var outcome = await claimTasks.RunAsync(parameters.Claim(count: 1, caller), context.LongPollToken(), cancellationToken);
        return outcome.Tasks is [var task]
            ? OcsResult.Ok(new ClaimedTaskData(task))
            : new OcsResult(StatusCodes.Status204NoContent, OcsData.Null);
    }

    private static async Task<OcsResult> ClaimBatch(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ClaimTasks claimTasks,
        TriggerProviders triggers,
        ITaskStore tasks,
        CancellationToken cancellationToken
    )
    {
        triggers.Polled(caller.AppId!, parameters.List("providerIds"));
        var count = parameters.Count("numberOfTasks", LargestBatch);
        var outcome = await claimTasks.RunAsync(parameters.Claim(count, caller), context.LongPollToken(), cancellationToken);
        var hasMore = outcome.Eligible.Count > 0 && await tasks.AnyScheduledAsync([.. outcome.Eligible.Keys], cancellationToken);
        return OcsResult.Ok(new ClaimedBatchData(outcome.Tasks, hasMore));
    }

    private static async Task<OcsResult> Report(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ReportProgress reportProgress,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await reportProgress.RunAsync(context.RouteId("id"), parameters.Progress(caller), cancellationToken),
            ocs.Value.Profile,
            TaskData.Of
        );

    private static async Task<OcsResult> Finish(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        FinishTask finishTask,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await finishTask.RunAsync(context.RouteId("id"), parameters.Finish(caller), cancellationToken),
            ocs.Value.Profile,
            TaskData.Of
        );

    private static async Task<OcsResult> FinishMany(
        OcsParameters parameters,
        Caller caller,
        FinishTasks finishTasks,
        CancellationToken cancellationToken
    )
    {
        var entries = parameters.Results(caller);
        var outcomes = new Queue<ReportOutcome>(
            await finishTasks.RunAsync([.. entries.Select(entry => entry.Result).OfType<BatchedResult>()], cancellationToken)
        );
        return OcsResult.Ok(
            new ResultOutcomesData([.. entries.Select(entry => ResultOutcome.Of(entry, entry.Result is null ? null : outcomes.Dequeue()))])
        );
    }

    private static async Task<OcsResult> Stream(
        HttpContext context,
        OcsParameters parameters,
        StreamOutput streamOutput,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await streamOutput.RunAsync(context.RouteId("id"), parameters.ClaimNumber(), parameters.Map("output"), cancellationToken),
            ocs.Value.Profile,
            TaskData.Of
        );

    private static async Task<OcsResult> Renew(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        RenewLease renewLease,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    ) =>
        Answer(
            await renewLease.RunAsync(
                context.RouteId("id"),
                parameters.ClaimNumber(),
                caller.Actor,
                parameters.Wait(),
                context.LongPollToken(),
                cancellationToken
            ),
            ocs.Value.Profile,
            TaskData.Of
        );

    private static async Task<OcsResult> Release(
        HttpContext context,
        OcsParameters parameters,
        Caller caller,
        ReleaseTask releaseTask,
        IOptions<OcsOptions> ocs,
        CancellationToken cancellationToken
    )
    {
        var claim = parameters.NeededClaimNumber();
        var outcome = await releaseTask.RunAsync(context.RouteId("id"), claim, caller.Actor, cancellationToken);
        return outcome is ReportOutcome.Outdated
            ? OcsResult.Failure(
                StatusCodes.Status409Conflict,
                $"Claim {claim} of this task does not count any more: the task was given back, or another worker has it"
            )
            : Answer(outcome, ocs.Value.Profile, TaskData.Of);
    }

    /// <summary>
    /// The answer to any report of a worker. A worker with an outdated claim sees a cancelled task, because every worker
    /// stops at that status.
    /// </summary>
    public static OcsResult Answer(ReportOutcome outcome, OcsProfile profile, Func<ProcessingTask, ProcessingStatus, OcsData> data) =>
        outcome switch
        {
            ReportOutcome.Accepted accepted => OcsResult.Ok(data(accepted.Task, accepted.Task.Status)),
            ReportOutcome.Outdated outdated => OcsResult.Ok(data(outdated.Task, ProcessingStatus.Cancelled)),
            ReportOutcome.OutOfRange when profile == OcsProfile.Nextcloud => OcsResult.Failure(
                StatusCodes.Status500InternalServerError,
                "Internal error"
            ),
            _ => OcsResult.Failure(Problem.Of(outcome)),
        };
}

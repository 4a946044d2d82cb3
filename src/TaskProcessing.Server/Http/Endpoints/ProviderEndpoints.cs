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
using TaskProcessing.Server.Tasks.Leases;
using TaskProcessing.Server.Tasks.Results;

namespace TaskProcessing.Server.Http.Endpoints;

/// <summary>What provider apps use: claim tasks, report progress and results.</summary>
internal static class ProviderEndpoints
{
    /// <summary>How many tasks one batch may hold.</summary>
    private const int LargestBatch = 100;

    public static void MapProviders(this IEndpointRouteBuilder routes)
    {
        var providers = routes.MapTaskProcessing().MapGroup("/tasks_provider").WithTags("Providers").RequireProvider();
        // No HEAD: it would claim tasks that nobody then sees.
        providers.MapGet("/next", ClaimNext).MayWait()
            .Describe("claimNext", "Claims the next task for one of the given providers.", typeof(ClaimParameters), typeof(ClaimedTaskResource), 204, 400, 412, 429);
        providers.MapGet("/next_batch", ClaimBatch).MayWait()
            .Describe("claimBatch", "Claims several tasks at once.", typeof(ClaimBatchParameters), typeof(ClaimedBatchResource), 400, 412, 429);
        providers.MapPost("/{id}/progress", Report)
            .Describe("reportProgress", "Reports how far a task is; the answer's status tells whether it is still wanted.", typeof(ProgressParameters), typeof(TaskEnvelopeResource), 400, 404, 412);
        providers.MapPost("/{id}/heartbeat", Renew).MayWaitWhereThereIsRoom()
            .Describe("renewLease", "Says that the worker is still at a task. With wait, answers when the task is no longer wanted.", typeof(HeartbeatParameters), typeof(TaskEnvelopeResource), 400, 404, 412);
        providers.MapPost("/{id}/release", Release)
            .Describe("releaseTask", "Gives a task back unfinished, because the worker stops. 409 when the claim does not count any more.", typeof(ReleaseParameters), typeof(TaskEnvelopeResource), 400, 404, 409, 412);
        providers.MapPost("/{id}/result", Finish)
            .Describe("finishTask", "Ends a task with an output or an error; the first result wins.", typeof(ResultParameters), typeof(TaskEnvelopeResource), 400, 404, 412);
        providers.MapPost("/results", FinishMany)
            .Describe("finishTasks", "Ends up to 100 tasks in one call; each result has an outcome of its own.", typeof(ResultsParameters), typeof(ResultOutcomesResource), 400, 412);
        providers.MapPost("/{id}/stream-result", Stream)
            .Describe("streamOutput", "Shows what there is of a running task's output.", typeof(StreamParameters), typeof(TaskEnvelopeResource), 400, 404, 412);
    }

    private static async Task<OcsResult> ClaimNext(
        HttpContext context, OcsParameters parameters, Caller caller, ClaimTasks claimTasks, TriggerProviders triggers, CancellationToken cancellationToken)
    {
        triggers.Polled(caller.AppId!, parameters.List("providerIds"));
        var outcome = await claimTasks.RunAsync(parameters.Claim(count: 1, caller), cancellationToken, context.StopWaiting());
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
        CancellationToken cancellationToken)
    {
        triggers.Polled(caller.AppId!, parameters.List("providerIds"));
        var count = Math.Min(parameters.Integer("numberOfTasks", otherwise: 1), LargestBatch);
        var outcome = await claimTasks.RunAsync(parameters.Claim(count, caller), cancellationToken, context.StopWaiting());
        var hasMore = outcome.Eligible.Count > 0 && await tasks.AnyScheduledAsync([.. outcome.Eligible.Keys], cancellationToken);
        return OcsResult.Ok(new ClaimedBatchData(outcome.Tasks, hasMore));
    }

    private static async Task<OcsResult> Report(
        HttpContext context, OcsParameters parameters, Caller caller, ReportProgress reportProgress, IOptions<OcsOptions> ocs, CancellationToken cancellationToken) =>
        Answer(await reportProgress.RunAsync(context.RouteId("id"), parameters.Progress(caller), cancellationToken), ocs.Value.Profile, TaskData.Of);

    private static async Task<OcsResult> Finish(
        HttpContext context, OcsParameters parameters, Caller caller, FinishTask finishTask, IOptions<OcsOptions> ocs, CancellationToken cancellationToken) =>
        Answer(await finishTask.RunAsync(context.RouteId("id"), parameters.Finish(caller), cancellationToken), ocs.Value.Profile, TaskData.Of);

    private static async Task<OcsResult> FinishMany(OcsParameters parameters, Caller caller, FinishTasks finishTasks, CancellationToken cancellationToken)
    {
        var entries = parameters.Results(caller);
        var outcomes = new Queue<ReportOutcome>(await finishTasks.RunAsync([.. entries.Select(entry => entry.Result).OfType<TaskResult>()], cancellationToken));
        return OcsResult.Ok(new ResultOutcomesData([.. entries.Select(entry => ResultOutcome.Of(entry, entry.Result is null ? null : outcomes.Dequeue()))]));
    }

    private static async Task<OcsResult> Stream(
        HttpContext context, OcsParameters parameters, StreamOutput streamOutput, IOptions<OcsOptions> ocs, CancellationToken cancellationToken) =>
        Answer(await streamOutput.RunAsync(context.RouteId("id"), parameters.ClaimNumber(), parameters.Map("output"), cancellationToken), ocs.Value.Profile, TaskData.Of);

    private static async Task<OcsResult> Renew(
        HttpContext context, OcsParameters parameters, Caller caller, RenewLease renewLease, IOptions<OcsOptions> ocs, CancellationToken cancellationToken) =>
        Answer(
            await renewLease.RunAsync(context.RouteId("id"), parameters.ClaimNumber(), caller.Actor, parameters.Wait(), context.StopWaiting(), cancellationToken),
            ocs.Value.Profile,
            TaskData.Of);

    private static async Task<OcsResult> Release(
        HttpContext context, OcsParameters parameters, Caller caller, ReleaseTask releaseTask, IOptions<OcsOptions> ocs, CancellationToken cancellationToken)
    {
        var claim = parameters.NeededClaimNumber();
        var outcome = await releaseTask.RunAsync(context.RouteId("id"), claim, caller.Actor, cancellationToken);
        return outcome is ReportOutcome.Outdated
            ? OcsResult.Failure(StatusCodes.Status409Conflict, $"Claim {claim} of this task does not count any more: the task was given back, or another worker has it")
            : Answer(outcome, ocs.Value.Profile, TaskData.Of);
    }

    /// <summary>The answer to any report of a worker. To one whose claim does not count any more the task looks cancelled: that is the sign to stop which every worker knows.</summary>
    public static OcsResult Answer(ReportOutcome outcome, OcsProfile profile, Func<ProcessingTask, ProcessingStatus, OcsData> data) => outcome switch
    {
        ReportOutcome.Accepted accepted => OcsResult.Ok(data(accepted.Task, accepted.Task.Status)),
        ReportOutcome.Outdated outdated => OcsResult.Ok(data(outdated.Task, ProcessingStatus.Cancelled)),
        ReportOutcome.NotFound => OcsResult.Failure(StatusCodes.Status404NotFound, ResultOutcome.NotFoundMessage),
        ReportOutcome.OutOfRange when profile == OcsProfile.Nextcloud => OcsResult.Failure(StatusCodes.Status500InternalServerError, "Internal error"),
        ReportOutcome.OutOfRange => OcsResult.Failure(StatusCodes.Status400BadRequest, "Parameter \"progress\" must be a number from 0 to 1"),
        ReportOutcome.Empty => OcsResult.Failure(StatusCodes.Status400BadRequest, ResultOutcome.EmptyMessage),
        _ => throw new InvalidOperationException($"Unknown outcome {outcome}"),
    };
}

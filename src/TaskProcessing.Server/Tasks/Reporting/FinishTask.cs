using System.Text;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Files;
using TaskProcessing.Server.Tasks.Results;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>
/// Ends a task with the result of a worker. The first result wins: a later one, or one after a cancel, changes nothing.
/// An output that does not fit the task type fails the task. A retryable error puts the task back into the queue while
/// attempts are left. Finished work counts even if its worker has lost the task; an error of such a worker does not touch
/// the task.
/// </summary>
internal sealed partial class FinishTask(
    CurrentTaskTypes taskTypes,
    IFileStore files,
    ITaskStore tasks,
    LeaseTerms leases,
    TaskSignal signal,
    TaskTelemetry telemetry,
    TimeProvider time,
    ILogger<FinishTask> logger
)
{
    public async Task<ReportOutcome> RunAsync(long id, FinishRequest result, CancellationToken cancellationToken)
    {
        if (result is { Output: null, ErrorMessage: null })
        {
            if (string.IsNullOrEmpty(result.UserFacingErrorMessage))
                return await tasks.FindAsync(id, cancellationToken) is null ? new ReportOutcome.NotFound() : new ReportOutcome.Empty();

            result = result with { ErrorMessage = result.UserFacingErrorMessage };
        }

        if (
            result is { ErrorMessage: { } reason, Retryable: true, Claim: { } claim }
            && await RetryAsync(id, claim, result, Cut(reason), cancellationToken) is { } retried
        )
            return retried;

        if (await EndingAsync(id, result, cancellationToken) is not { } ending)
            return new ReportOutcome.NotFound();

        return Conclude(
            await tasks.TryFinishAsync(id, ending with { Actor = result.Actor, Claim = result.Claim }, time.GetUtcNow(), cancellationToken),
            result.Claim
        );
    }

    /// <summary>The end of the task by the rules of its type; null when there is no such task.</summary>
    private async Task<TaskEnding?> EndingAsync(long id, FinishRequest result, CancellationToken cancellationToken)
    {
        if (result.ErrorMessage is { } error)
            return Failure(error, result.UserFacingErrorMessage);

        return await tasks.FindAsync(id, cancellationToken) is { } task
            ? await EndingAsync(task, result.Output!.Value, cancellationToken)
            : null;
    }

    /// <summary>Wakes the readers, and logs a late result. In both cases the answer is the task as it is.</summary>
    private ReportOutcome Conclude(TaskChange change, long? claim)
    {
        if (change.Task is not { } task)
            return new ReportOutcome.NotFound();

        if (change.Changed)
        {
            telemetry.Ended(task);
            signal.RaiseChanged(task);
        }

        LogLate(task, change.Changed, claim);
        return new ReportOutcome.Accepted(task);
    }

    private static TaskEnding Failure(string error, string? userFacing) =>
        new(TaskTransition.Fail) { ErrorMessage = Cut(error), UserFacingErrorMessage = userFacing is null ? null : Cut(userFacing) };

    private static TaskEnding Problem(string reason) =>
        new(TaskTransition.Fail)
        {
            Progress = 1,
            ErrorMessage = Cut($"The task was processed, but its output does not fit the task type: {reason}"),
        };

    /// <summary>Without the type's shape (its provider is gone) the output cannot be checked, and the work is kept.</summary>
    private async Task<TaskEnding> EndingAsync(ProcessingTask task, JsonElement output, CancellationToken cancellationToken)
    {
        if (output.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array))
            return Problem("it is no JSON object");
        if (taskTypes.Current.Find(task.Type) is not { } type)
            return new TaskEnding(TaskTransition.Succeed) { Output = output.GetRawText(), Progress = 1 };
        if (ShapeCheck.OutputProblem(type.Output, output) is { } problem)
            return Problem(problem);

        var named = ShapeCheck.FileValues(type.Output, output);
        var found = await files.FindAsync(named.Select(ShapeValue.FileId).OfType<long>(), cancellationToken);
        foreach (var value in named)
        {
            if (
                ShapeValue.FileId(value) is not { } id
                || found.GetValueOrDefault(id) is not { IsFolder: false, DeletedAt: null } file
                || !FindTaskFile.IsOf(task, file)
            )
                return Problem($"file {value} does not exist");
        }

        return new TaskEnding(TaskTransition.Succeed) { Output = ShapeCheck.FillOutput(type.Output, output), Progress = 1 };
    }

    /// <returns>Null when the task had enough attempts, or has ended: then the error is final, if it counts at all.</returns>
    private async Task<ReportOutcome?> RetryAsync(
        long id,
        long claim,
        FinishRequest result,
        string reason,
        CancellationToken cancellationToken
    )
    {
        if (await tasks.FindAsync(id, cancellationToken) is not { } task)
            return new ReportOutcome.NotFound();

        var now = time.GetUtcNow();
        var notBefore = now + leases.PauseAfter(task.Attempt, result.RetryAfter);
        var change = await tasks.TryRetryAsync(id, claim, notBefore, leases.MaxAttempts, result.Actor, reason, now, cancellationToken);
        if (change is { Changed: false, Task.Status: ProcessingStatus.Scheduled })
            return Conclude(change, claim);
        if (!change.Changed)
            return null;

        telemetry.Retried(change.Task!, before: task, now);
        signal.RaiseChanged(change.Task!);
        Log.Retried(logger, id, task.Attempt, notBefore, reason);
        return ReportOutcome.Of(change, claim);
    }

    private void LogLate(ProcessingTask task, bool changed, long? claim)
    {
        if (changed && !task.Counts(claim))
            Log.AcceptedOutdated(logger, task.Id, claim!.Value, task.Claim);
        else if (changed && task.LeaseUntil <= task.EndedAt)
            Log.AcceptedLate(logger, task.Id, task.LeaseUntil.Value);
        else if (!changed && task.Status.IsFinal())
            Log.Ignored(logger, task.Id, task.Status);
        else if (!changed && !task.Counts(claim))
            Log.ErrorIgnored(logger, task.Id, claim!.Value, task.Status);
    }

    private static string Cut(string said)
    {
        var text = ReportText.Of(said);
        if (Encoding.UTF8.GetByteCount(text) <= ProcessingTaskLimits.ErrorMessageBytes)
            return text;

        Encoding
            .UTF8.GetEncoder()
            .Convert(text, new byte[ProcessingTaskLimits.ErrorMessageBytes], flush: false, out var characters, out _, out _);
        return text[..characters];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Ignored a late result of task {TaskId}: the task is {Status} already")]
        public static partial void Ignored(ILogger logger, long taskId, ProcessingStatus status);

        [LoggerMessage(
            LogLevel.Information,
            "Ignored an error of task {TaskId}: its claim {Claim} has expired or was released; the task is {Status}"
        )]
        public static partial void ErrorIgnored(ILogger logger, long taskId, long claim, ProcessingStatus status);

        [LoggerMessage(
            LogLevel.Information,
            "Accepted a result of task {TaskId} from the expired claim {Claim}: claim {Current} had not finished the task"
        )]
        public static partial void AcceptedOutdated(ILogger logger, long taskId, long claim, long current);

        [LoggerMessage(
            LogLevel.Information,
            "Accepted a result of task {TaskId} after its lease had expired at {LeaseUntil}: no other worker had finished the task"
        )]
        public static partial void AcceptedLate(ILogger logger, long taskId, DateTimeOffset leaseUntil);

        [LoggerMessage(LogLevel.Information, "Attempt {Attempt} of task {TaskId} failed; trying again after {NotBefore}: {Reason}")]
        public static partial void Retried(ILogger logger, long taskId, int attempt, DateTimeOffset notBefore, string reason);
    }
}

/// <summary>
/// The result of a worker: an output (a JSON object), or an error, which outweighs an output. A text for the user alone
/// is an error when there is no output.
/// </summary>
internal sealed record FinishRequest(JsonElement? Output, string? ErrorMessage, string? UserFacingErrorMessage)
{
    /// <summary>The worker's claim number; null when it sends none.</summary>
    public long? Claim { get; init; }

    /// <summary>True for a temporary error that is worth another attempt. Only with a claim number.</summary>
    public bool Retryable { get; init; }

    /// <summary>The shortest pause before the next attempt.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The answering worker, for the history of the task.</summary>
    public string Actor { get; init; } = TaskHistory.Server;
}

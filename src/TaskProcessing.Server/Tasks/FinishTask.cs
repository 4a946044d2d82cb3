using System.Text;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks.Leases;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Ends a task with what a worker answers. The first result wins: what comes after it, or after a cancel, changes
/// nothing. An output that does not fit the task type fails the task; an error that may pass puts it back into the queue
/// as long as there are attempts left. Work that is done counts also when its worker was given up; an error of such a
/// worker does not touch the task.
/// </summary>
internal sealed partial class FinishTask(
    AvailableTaskTypes taskTypes, IFileStore files, ITaskStore tasks, LeaseTerms leases, TaskSignal signal, TimeProvider time, ILogger<FinishTask> logger)
{
    public async Task<ReportOutcome> RunAsync(long id, FinishRequest result, CancellationToken cancellationToken)
    {
        if (result is { Output: null, ErrorMessage: null })
            return await tasks.FindAsync(id, cancellationToken) is null ? new ReportOutcome.NotFound() : new ReportOutcome.Empty();

        if (result is { ErrorMessage: { } reason, Retryable: true, Claim: { } claim } && await RetryAsync(id, claim, result, Cut(reason), cancellationToken) is { } retried)
            return retried;

        if (await EndingAsync(id, result, cancellationToken) is not { } ending)
            return new ReportOutcome.NotFound();

        return Conclude(await tasks.TryFinishAsync(id, ending with { Actor = result.Actor, Claim = result.Claim }, time.GetUtcNow(), cancellationToken), result.Claim);
    }

    /// <summary>How the task is to end, which its type tells; null when there is none.</summary>
    private async Task<TaskEnding?> EndingAsync(long id, FinishRequest result, CancellationToken cancellationToken)
    {
        if (result.ErrorMessage is { } error)
            return Failure(error, result.UserFacingErrorMessage);

        return await tasks.RecallAsync(id, cancellationToken) is { } task ? await EndingAsync(task, result.Output!.Value, cancellationToken) : null;
    }

    /// <summary>Wakes the readers, and says so when the result came late. Whatever became of it, the task is answered as it is.</summary>
    private ReportOutcome Conclude(TaskChange change, long? claim)
    {
        if (change.Task is not { } task)
            return new ReportOutcome.NotFound();

        if (change.Changed)
            signal.RaiseChanged(task);
        LogLate(task, change.Changed, claim);
        return new ReportOutcome.Accepted(task);
    }

    private static TaskEnding Failure(string error, string? userFacing) => new(TaskTransition.Fail)
    {
        ErrorMessage = Cut(error),
        UserFacingErrorMessage = userFacing is null ? null : Cut(userFacing),
    };

    private static TaskEnding Misfit(string reason) => new(TaskTransition.Fail)
    {
        Progress = 1,
        ErrorMessage = Cut($"The task was processed, but its output does not fit the task type: {reason}"),
    };

    /// <summary>Without the type's shape (its provider is gone by now) there is nothing to check against, and the work is not thrown away.</summary>
    private async Task<TaskEnding> EndingAsync(ProcessingTask task, JsonElement output, CancellationToken cancellationToken)
    {
        if (taskTypes.Current.Find(task.Type) is not { } type)
            return new TaskEnding(TaskTransition.Succeed) { Output = output.GetRawText(), Progress = 1 };
        if (ShapeCheck.OutputMisfit(type.Output, output) is { } misfit)
            return Misfit(misfit);

        foreach (var value in ShapeCheck.FileValues(type.Output, output))
        {
            if (ShapeValue.FileId(value) is not { } id || await files.FindAsync(id, cancellationToken) is not { IsFolder: false, DeletedAt: null } file || !FindTaskFile.IsOf(task, file))
                return Misfit($"file {value} does not exist");
        }

        return new TaskEnding(TaskTransition.Succeed) { Output = ShapeCheck.Fill(type.Output, output), Progress = 1 };
    }

    /// <returns>Null when the task had enough attempts, or has ended: then the error is final, if it counts at all.</returns>
    private async Task<ReportOutcome?> RetryAsync(long id, long claim, FinishRequest result, string reason, CancellationToken cancellationToken)
    {
        if (await tasks.FindAsync(id, cancellationToken) is not { } task)
            return new ReportOutcome.NotFound();

        var now = time.GetUtcNow();
        var notBefore = now + leases.PauseAfter(task.Attempt, result.RetryAfter);
        var change = await tasks.TryRetryAsync(id, claim, notBefore, leases.MostAttempts, result.Actor, reason, now, cancellationToken);
        if (change is { Changed: false, Task.Status: ProcessingStatus.Scheduled })
            return Conclude(change, claim);
        if (!change.Changed)
            return null;

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

    private static string Cut(string text)
    {
        if (Encoding.UTF8.GetByteCount(text) <= ProcessingTaskLimits.ErrorMessageBytes)
            return text;

        Encoding.UTF8.GetEncoder().Convert(text, new byte[ProcessingTaskLimits.ErrorMessageBytes], flush: false, out var characters, out _, out _);
        return text[..characters];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "A result of task {TaskId} came too late and changes nothing: it is {Status} already")]
        public static partial void Ignored(ILogger logger, long taskId, ProcessingStatus status);

        [LoggerMessage(LogLevel.Information, "An error of task {TaskId} is ignored: it is of claim {Claim}, which was given up or given back; the task is {Status}")]
        public static partial void ErrorIgnored(ILogger logger, long taskId, long claim, ProcessingStatus status);

        [LoggerMessage(LogLevel.Information, "A result of task {TaskId} came from claim {Claim}, which was given up; it is accepted, as claim {Current} had not finished the task")]
        public static partial void AcceptedOutdated(ILogger logger, long taskId, long claim, long current);

        [LoggerMessage(LogLevel.Information, "A result of task {TaskId} came after its lease had ended at {LeaseUntil}; it is accepted, as nobody else had finished the task")]
        public static partial void AcceptedLate(ILogger logger, long taskId, DateTimeOffset leaseUntil);

        [LoggerMessage(LogLevel.Information, "Attempt {Attempt} at task {TaskId} failed; it is tried again after {NotBefore}: {Reason}")]
        public static partial void Retried(ILogger logger, long taskId, int attempt, DateTimeOffset notBefore, string reason);
    }
}

/// <summary>What a worker answers: an output (a JSON object), or an error, which wins over it.</summary>
internal sealed record FinishRequest(JsonElement? Output, string? ErrorMessage, string? UserFacingErrorMessage)
{
    /// <summary>Which claim of the task is the worker's; null when it does not say.</summary>
    public long? Claim { get; init; }

    /// <summary>Whether the error may pass, so that the task is worth another attempt. Only with a claim.</summary>
    public bool Retryable { get; init; }

    /// <summary>How long the next attempt shall wait at least.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Who answers, for the history of the task.</summary>
    public string Actor { get; init; } = TaskHistory.Server;
}

using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks;

/// <summary>Stores how far a worker is with a task. A worker that never claimed it is believed; a finished task stays as it is.</summary>
internal sealed class ReportProgress(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="report">How far it is.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, ProgressReport report, CancellationToken cancellationToken)
    {
        if (report.Progress is not (>= 0 and <= 1) || report.TotalSteps < 1)
            return new ReportOutcome.OutOfRange();

        var change = await tasks.TryReportProgressAsync(id, report.Claim, report.Progress, report.TotalSteps, report.Actor, time.GetUtcNow(), cancellationToken);
        if (change.Changed)
            signal.RaiseChanged(change.Task!);

        return ReportOutcome.Of(change, report.Claim);
    }
}

/// <summary>How far a task is.</summary>
/// <param name="Progress">0 to 1.</param>
/// <param name="TotalSteps">Of how many steps that is a part; null when the worker does not count any.</param>
internal readonly record struct ProgressReport(double Progress, int? TotalSteps = null)
{
    /// <summary>Who reports, for the history of a task that starts by it.</summary>
    public string Actor { get; init; } = TaskHistory.Server;

    /// <summary>Which claim of the task is its own; null when it does not say.</summary>
    public long? Claim { get; init; }
}

/// <summary>What came of a worker's report.</summary>
internal abstract record ReportOutcome
{
    private ReportOutcome()
    {
    }

    /// <summary>The task as it is now; its status tells the worker whether it is still wanted.</summary>
    public sealed record Accepted(ProcessingTask Task) : ReportOutcome;

    /// <summary>The claim does not count any more: the worker was silent for too long or gave the task back. It shall stop.</summary>
    public sealed record Outdated(ProcessingTask Task) : ReportOutcome;

    /// <summary>There is no such task.</summary>
    public sealed record NotFound : ReportOutcome;

    /// <summary>A progress that is not between 0 and 1.</summary>
    public sealed record OutOfRange : ReportOutcome;

    /// <summary>A result that has neither an output nor an error.</summary>
    public sealed record Empty : ReportOutcome;

    /// <summary>A task that has ended says all that a worker needs to know, whichever its claim.</summary>
    public static ReportOutcome Of(TaskChange change, long? claim) => change switch
    {
        { Task: null } => new NotFound(),
        { Changed: false, Task: { } task } when !task.Status.IsFinal() && !task.Counts(claim) => new Outdated(task),
        { Task: { } task } => new Accepted(task),
    };
}

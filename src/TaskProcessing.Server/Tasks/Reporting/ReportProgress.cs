using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>Stores how far a worker is with a task. A worker that never claimed it is believed; a finished task stays as it is.</summary>
internal sealed class ReportProgress(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="report">The progress.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, ProgressReport report, CancellationToken cancellationToken)
    {
        if (report.Progress is not (>= 0 and <= 1) || report.TotalSteps < 1)
            return new ReportOutcome.OutOfRange();

        var change = await tasks.TryReportProgressAsync(
            id,
            report.Claim,
            report.Progress,
            report.TotalSteps,
            report.Actor,
            time.GetUtcNow(),
            cancellationToken
        );
        if (change.Changed)
            signal.RaiseChanged(change.Task!);

        return ReportOutcome.Of(change, report.Claim);
    }
}

/// <summary>The progress of a task.</summary>
/// <param name="Progress">0 to 1.</param>
/// <param name="TotalSteps">Of how many steps that is a part; null when the worker does not count any.</param>
internal readonly record struct ProgressReport(double Progress, int? TotalSteps = null)
{
    /// <summary>The reporting worker, for the history of a task that this starts.</summary>
    public string Actor { get; init; } = TaskHistory.Server;

    /// <summary>The worker's claim number; null when it sends none.</summary>
    public long? Claim { get; init; }
}

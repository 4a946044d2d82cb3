using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>A worker that stops gives a task back, and the next one may begin at once instead of when the lease ends.</summary>
internal sealed class ReleaseTask(ITaskStore tasks, TaskSignal signal, TaskTelemetry telemetry, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="claim">The worker's claim: a worker must not release a task that another one has claimed since.</param>
    /// <param name="actor">The releasing worker.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, long claim, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryReleaseAsync(id, claim, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
        {
            telemetry.Released(task);
            signal.RaiseScheduled(task);
        }

        return ReportOutcome.Of(change, claim);
    }
}

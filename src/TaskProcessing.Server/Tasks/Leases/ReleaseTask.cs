namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>A worker that stops gives a task back, and the next one may begin at once instead of when the lease ends.</summary>
internal sealed class ReleaseTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="claim">Which claim of it is the worker's: it must not give back what somebody else has by now.</param>
    /// <param name="actor">Who gives it back.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ReportOutcome> RunAsync(long id, long claim, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryReleaseAsync(id, claim, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
            signal.RaiseScheduled(task);

        return ReportOutcome.Of(change, claim);
    }
}

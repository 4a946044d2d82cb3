namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>A worker that stops gives a task back, and the next one may begin at once instead of when the lease ends.</summary>
internal sealed class ReleaseTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    public async Task<ReportOutcome> RunAsync(long id, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryReleaseAsync(id, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
            signal.RaiseScheduled(task);

        return ReportOutcome.Of(change);
    }
}

using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>A worker says that it is still at a task. The answer's status tells it whether the task is still wanted.</summary>
internal sealed class RenewLease(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="claim">Which claim of it is the worker's; null when it does not say.</param>
    /// <param name="actor">Who is at it.</param>
    /// <param name="wait">How long to hold the answer while the worker has the task: so it hears at once that it is cancelled.</param>
    /// <param name="stopWaiting">Ends the wait with the task as it is.</param>
    /// <param name="cancellationToken">The worker is gone.</param>
    public async Task<ReportOutcome> RunAsync(
        long id, long? claim, string actor, TimeSpan wait, CancellationToken stopWaiting, CancellationToken cancellationToken)
    {
        using var listener = signal.ListenForChanges(id);
        var change = await tasks.TryRenewAsync(id, claim, actor, time.GetUtcNow(), cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var until = time.GetUtcNow() + wait;
        while (change.Task is { Status: ProcessingStatus.Running } current && current.Counts(claim) && until > time.GetUtcNow())
        {
            listener.Know(current);
            if (!await listener.WaitAsync(until - time.GetUtcNow(), time, waiting.Token))
                break;
            change = new TaskChange(await tasks.FindAsync(id, cancellationToken), Changed: false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return ReportOutcome.Of(change, claim);
    }
}

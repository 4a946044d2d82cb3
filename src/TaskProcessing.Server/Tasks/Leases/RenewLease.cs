using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>A worker says that it is still at a task. The answer's status tells it whether the task is still wanted.</summary>
internal sealed class RenewLease(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="actor">Who is at it.</param>
    /// <param name="wait">How long to hold the answer while the task runs: so a worker hears at once that it is cancelled.</param>
    /// <param name="stopWaiting">Ends the wait with the task as it is.</param>
    /// <param name="cancellationToken">The worker is gone.</param>
    public async Task<ReportOutcome> RunAsync(long id, string actor, TimeSpan wait, CancellationToken stopWaiting, CancellationToken cancellationToken)
    {
        using var listener = signal.ListenForChanges(id);
        var change = await tasks.TryRenewAsync(id, actor, time.GetUtcNow(), cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var until = time.GetUtcNow() + wait;
        var current = change.Task;
        while (current is { Status: ProcessingStatus.Running } && until > time.GetUtcNow())
        {
            listener.Know(current);
            if (!await listener.WaitAsync(until - time.GetUtcNow(), time, waiting.Token))
                break;
            current = await tasks.FindAsync(id, cancellationToken);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return current is null ? new ReportOutcome.NotFound() : new ReportOutcome.Accepted(current);
    }
}

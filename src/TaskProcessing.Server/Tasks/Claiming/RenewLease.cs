using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>Renews the lease of a task for its worker. The status in the answer shows whether the task is still wanted.</summary>
internal sealed class RenewLease(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="claim">The worker's claim number; null when it sends none.</param>
    /// <param name="actor">The reporting worker.</param>
    /// <param name="wait">
    /// The time to hold the answer while the worker has the task, so that it learns of a cancel at once.
    /// </param>
    /// <param name="stopWaiting">Ends the wait with the task as it is.</param>
    /// <param name="cancellationToken">The worker is gone.</param>
    public async Task<ReportOutcome> RunAsync(
        long id,
        long? claim,
        string actor,
        TimeSpan wait,
        CancellationToken stopWaiting,
        CancellationToken cancellationToken
    )
    {
        using var listener = signal.ListenForChanges(id);
        var change = await tasks.TryRenewAsync(id, claim, actor, time.GetUtcNow(), cancellationToken);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopWaiting);
        var began = time.GetTimestamp();
        while (change.Task is { Status: ProcessingStatus.Running } current && current.Counts(claim) && time.GetElapsedTime(began) < wait)
        {
            listener.Track(current);
            if (!await listener.WaitAsync(wait - time.GetElapsedTime(began), time, waiting.Token))
                break;
            change = new TaskChange(await tasks.FindAsync(id, cancellationToken), Changed: false);
        }

        cancellationToken.ThrowIfCancellationRequested();
        return ReportOutcome.Of(change, claim);
    }
}

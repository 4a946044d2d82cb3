using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>
/// Returns delayed tasks to the queue when their pause is over. Until then they are not in the index of the queue, so that
/// a claim costs the same however many wait for their time.
/// </summary>
internal sealed class WakeDelayedTasks(ITaskUpkeep tasks, TaskSignal signal, TimeProvider time)
{
    private const int BatchSize = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProcessingTask> batch;
        do
        {
            batch = await tasks.WakeDelayedAsync(BatchSize, time.GetUtcNow(), cancellationToken);
            foreach (var task in batch)
                signal.RaiseScheduled(task);
        } while (batch.Count == BatchSize);
    }
}

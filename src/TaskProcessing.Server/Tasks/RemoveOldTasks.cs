using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Removes the tasks without a change for long, in any status, unless they ask to stay. For operators. Works in small
/// batches, so that the queue never waits for it. Wakes the requests that wait for such a task, and its worker.
/// </summary>
internal sealed class RemoveOldTasks(ITaskUpkeep tasks, TaskSignal signal, TimeProvider time)
{
    private const int BatchSize = 200;

    /// <returns>The number of removed tasks.</returns>
    public async Task<int> RunAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - age;
        var removed = await RemoveAsync(() => tasks.DeleteOldUnendedAsync(before, BatchSize, cancellationToken));
        foreach (var type in await tasks.ListTypesAsync(cancellationToken))
        {
            foreach (var status in Enum.GetValues<ProcessingStatus>().Where(status => status.IsFinal()))
                removed += await RemoveAsync(() => tasks.DeleteOldEndedAsync(type, status, before, BatchSize, cancellationToken));
        }

        while (await tasks.ReclaimSpaceAsync(cancellationToken)) { }

        return removed;
    }

    private async Task<int> RemoveAsync(Func<Task<IReadOnlyList<RemovedTask>>> removeBatch)
    {
        var removed = 0;
        while (await removeBatch() is { Count: > 0 } batch)
        {
            removed += batch.Count;
            foreach (var task in batch)
                signal.RaiseChanged(task.Id, task.UserId);
        }

        return removed;
    }
}

using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Removes the tasks that nothing has happened to for long, whatever their status, unless they ask to stay: for operators,
/// who know why. Takes small bites, so that the queue never waits for it. Who waits
/// for such a task, or works on it, hears of that.
/// </summary>
internal sealed class RemoveOldTasks(ITaskUpkeep tasks, TaskSignal signal, TimeProvider time)
{
    private const int Bite = 200;

    /// <returns>How many were removed.</returns>
    public async Task<int> RunAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - age;
        var removed = await RemoveAsync(() => tasks.DeleteOldUnendedAsync(before, Bite, cancellationToken));
        foreach (var type in await tasks.ListTypesAsync(cancellationToken))
        {
            foreach (var status in Enum.GetValues<ProcessingStatus>().Where(status => status.IsFinal()))
                removed += await RemoveAsync(() => tasks.DeleteOldEndedAsync(type, status, before, Bite, cancellationToken));
        }

        while (await tasks.ReclaimSpaceAsync(cancellationToken))
        {
        }

        return removed;
    }

    private async Task<int> RemoveAsync(Func<Task<IReadOnlyList<RemovedTask>>> removeBite)
    {
        var removed = 0;
        while (await removeBite() is { Count: > 0 } bite)
        {
            removed += bite.Count;
            foreach (var task in bite)
                signal.RaiseChanged(task.Id, task.UserId);
        }

        return removed;
    }
}

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
        var removed = 0;
        foreach (var type in await tasks.ListTypesAsync(cancellationToken))
        {
            foreach (var status in Enum.GetValues<ProcessingStatus>())
                removed += await RemoveAsync(type, status, before, cancellationToken);
        }

        while (await tasks.ReclaimSpaceAsync(cancellationToken))
        {
        }

        return removed;
    }

    private async Task<int> RemoveAsync(string type, ProcessingStatus status, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            var bite = await tasks.DeleteOldAsync(type, status, before, Bite, cancellationToken);
            removed += bite.Count;
            foreach (var task in bite)
                signal.RaiseChanged(task.Id, task.UserId);
            if (bite.Count < Bite)
                return removed;
        }
    }
}

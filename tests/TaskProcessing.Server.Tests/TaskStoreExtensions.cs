using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Tests;

internal static class TaskStoreExtensions
{
    /// <summary>Stores a new task when nobody waits for it.</summary>
    public static Task AddAsync(this ITaskStore tasks, ProcessingTask task, CancellationToken cancellationToken) => tasks.AddAsync(task, () => { }, cancellationToken);
}

namespace TaskProcessing.Server.Tasks;

/// <summary>Looks a task up for its owner.</summary>
internal sealed class FindTask(ITaskStore tasks)
{
    /// <returns>Null when there is none, or it is somebody else's: the difference is nobody's business.</returns>
    public async Task<ProcessingTask?> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken) =>
        await tasks.FindAsync(id, cancellationToken) is { } task && task.Owner == owner ? task : null;
}

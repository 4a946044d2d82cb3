using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks;

/// <summary>Deletes a task of its owner, in any status. Wakes the requests that wait for it, and its worker.</summary>
internal sealed class DeleteTask(ITaskStore tasks, TaskSignal signal)
{
    /// <returns>False when the task does not exist or has another owner.</returns>
    public async Task<bool> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken)
    {
        if (!await tasks.DeleteAsync(id, owner, cancellationToken))
            return false;

        signal.RaiseChanged(id, owner.UserId);
        return true;
    }
}

/// <summary>A removed task and its user; null for tasks of guests and of apps without a user.</summary>
internal sealed record RemovedTask(long Id, string? UserId);

namespace TaskProcessing.Server.Tasks;

/// <summary>Deletes a task of its owner's, whatever its status. Who waits for it, or works on it, hears of that.</summary>
internal sealed class DeleteTask(ITaskStore tasks, TaskSignal signal)
{
    /// <returns>False when there is none, or it is somebody else's.</returns>
    public async Task<bool> RunAsync(long id, TaskOwner owner, CancellationToken cancellationToken)
    {
        if (!await tasks.DeleteAsync(id, owner, cancellationToken))
            return false;

        signal.RaiseChanged(id, owner.UserId);
        return true;
    }
}

/// <summary>A task that is gone, and whose it was; no user's where it was a guest's or nobody's.</summary>
internal sealed record RemovedTask(long Id, string? UserId);

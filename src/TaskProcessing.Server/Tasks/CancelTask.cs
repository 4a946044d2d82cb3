namespace TaskProcessing.Server.Tasks;

/// <summary>Calls a task off. One that has ended already stays as it is, and the caller gets it all the same.</summary>
internal sealed class CancelTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="owner">Whose it must be; null for operators, who may cancel any.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The task as it is now; null when there is none, or it is somebody else's.</returns>
    public async Task<ProcessingTask?> RunAsync(long id, TaskOwner? owner, CancellationToken cancellationToken)
    {
        var actor = TaskHistory.Operator;
        if (owner is { } mine)
        {
            if (await tasks.FindAsync(id, cancellationToken) is not { } task || task.Owner != mine)
                return null;
            actor = task.Party;
        }

        return (await TryAsync(id, actor, cancellationToken)).Task;
    }

    /// <summary>As <see cref="RunAsync"/> for any owner, for callers who want to know whether it was they who ended the task.</summary>
    public async Task<TaskChange> TryAsync(long id, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryCancelAsync(id, actor, time.GetUtcNow(), cancellationToken);
        if (change.Changed)
            signal.RaiseChanged(change.Task!);

        return change;
    }
}

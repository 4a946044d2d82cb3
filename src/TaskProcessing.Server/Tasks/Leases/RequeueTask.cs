namespace TaskProcessing.Server.Tasks.Leases;

/// <summary>Has a failed task run again, as an operator wishes.</summary>
internal sealed class RequeueTask(ITaskStore tasks, TaskSignal signal, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="actor">Who wants it, for the task's history.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>Whether it waits again, and the task as it is now: only a failed one can run again.</returns>
    public async Task<TaskChange> RunAsync(long id, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryRequeueAsync(id, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
            signal.RaiseScheduled(task);

        return change;
    }
}

using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks;

/// <summary>Cancels a task. A task that has ended is not changed, and is the answer too.</summary>
internal sealed class CancelTask(ITaskStore tasks, TaskSignal signal, TaskTelemetry telemetry, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="owner">The required owner; null for operators, which may cancel any task.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The task as it is now; null when it does not exist or has another owner.</returns>
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

    /// <summary>As <see cref="RunAsync"/> for any owner. The answer has whether this call ended the task.</summary>
    public async Task<TaskChange> TryAsync(long id, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryCancelAsync(id, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
        {
            telemetry.Ended(task);
            signal.RaiseChanged(task);
        }

        return change;
    }
}

using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>Has a failed task run again, as an operator wishes.</summary>
internal sealed class RequeueTask(ITaskStore tasks, TaskSignal signal, TaskTelemetry telemetry, TimeProvider time)
{
    /// <param name="id">The task.</param>
    /// <param name="actor">The requeueing operator, for the task's history.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The task as it is now, and whether it waits again: only a failed task can.</returns>
    public async Task<TaskChange> RunAsync(long id, string actor, CancellationToken cancellationToken)
    {
        var change = await tasks.TryRequeueAsync(id, actor, time.GetUtcNow(), cancellationToken);
        if (change is { Changed: true, Task: { } task })
        {
            telemetry.Requeued(task);
            signal.RaiseScheduled(task);
        }

        return change;
    }
}

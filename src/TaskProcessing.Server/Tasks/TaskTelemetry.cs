using System.Diagnostics;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Tells the metrics and the traces what the use cases did to tasks. Only changes that are stored are told, each once.
/// </summary>
internal sealed class TaskTelemetry(TaskMetrics metrics)
{
    public void Scheduled(ProcessingTask task) => metrics.Scheduled(task.Type);

    /// <param name="outcome">What came of the request to schedule.</param>
    /// <param name="span">The span of the request; null when nobody listens.</param>
    public void Answered(ScheduleOutcome outcome, Activity? span)
    {
        if (outcome is ScheduleOutcome.Scheduled { Task.Id: var id })
            span?.SetTag("taskprocessing.task.id", id);
        if (Reason(outcome) is not { } reason)
            return;

        metrics.Refused(reason);
        span?.SetTag("taskprocessing.outcome", reason);
    }

    public void Claimed(ProcessingTask task, DateTimeOffset now)
    {
        metrics.Claimed(task.Type);
        // Later claims wait for a pause, a lost worker or an operator; that says nothing of the queue.
        if (task.Claim == 1)
            metrics.Waited(task.Type, now - task.ScheduledAt);
        Trace(task, "wait", task.Claim == 1 ? task.ScheduledAt : now, now);
    }

    public void Ended(ProcessingTask task)
    {
        metrics.Finished(task.Type, Outcome(task.Status), task.EndedAt - task.StartedAt);
        if (task is { StartedAt: { } started, EndedAt: { } ended })
            Trace(task, "run", started, ended, Outcome(task.Status));
    }

    /// <param name="task">The task, which waits again.</param>
    /// <param name="before">The task as its worker had it.</param>
    /// <param name="now">When the attempt failed.</param>
    public void Retried(ProcessingTask task, ProcessingTask before, DateTimeOffset now)
    {
        metrics.Retried(task.Type);
        Trace(before, "run", before.StartedAt ?? now, now, "retried");
    }

    public void Released(ProcessingTask task) => metrics.Released(task.Type);

    public void Requeued(ProcessingTask task) => metrics.Requeued(task.Type);

    public void Lost(ProcessingTask task)
    {
        metrics.LeaseLost(task.Type, task.Status.IsFinal() ? "failed" : "returned");
        if (task.Status.IsFinal())
            Ended(task);
        else
            Trace(task, "run", task.LastUpdated, task.LastUpdated, "lost");
    }

    private static void Trace(ProcessingTask task, string name, DateTimeOffset from, DateTimeOffset to, string? outcome = null) =>
        TaskTraces.Add(
            new TracedSpan(name, task.TraceParent, task.Id, task.Type, from, to)
            {
                Attempt = task.Attempt,
                Provider = task.ProviderId,
                Outcome = outcome,
            }
        );

    private static string Outcome(ProcessingStatus status) =>
        status switch
        {
            ProcessingStatus.Successful => "successful",
            ProcessingStatus.Failed => "failed",
            _ => "cancelled",
        };

    private static string? Reason(ScheduleOutcome outcome) =>
        outcome switch
        {
            ScheduleOutcome.UnknownType => "unknown_type",
            ScheduleOutcome.NotAvailable => "not_available",
            ScheduleOutcome.Invalid => "invalid",
            ScheduleOutcome.PriorityForbidden => "priority_forbidden",
            ScheduleOutcome.TooManyQueued => "too_many_queued",
            ScheduleOutcome.KeyReused => "key_reused",
            ScheduleOutcome.FilesForbidden => "files_forbidden",
            _ => null,
        };
}

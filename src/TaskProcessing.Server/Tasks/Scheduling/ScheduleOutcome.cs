namespace TaskProcessing.Server.Tasks.Scheduling;

/// <summary>The result of <see cref="ScheduleTask"/>.</summary>
internal abstract record ScheduleOutcome
{
    private ScheduleOutcome() { }

    /// <summary>The task waits for a worker.</summary>
    public sealed record Scheduled(ProcessingTask Task) : ScheduleOutcome;

    /// <summary>There is no such task type; these look like it.</summary>
    public sealed record UnknownType(IReadOnlyList<string> Nearest) : ScheduleOutcome;

    /// <summary>No provider serves the task type now, or the type is disabled.</summary>
    public sealed record NotAvailable : ScheduleOutcome;

    /// <summary>The input does not fit; the reason names the slot.</summary>
    public sealed record Invalid(string Reason) : ScheduleOutcome;

    /// <summary>The caller may not schedule above priority 0.</summary>
    public sealed record PriorityForbidden : ScheduleOutcome;

    /// <summary>The owner, or the app, has as many waiting tasks as it may have.</summary>
    public sealed record TooManyQueued(string Reason) : ScheduleOutcome;

    /// <summary>The key of another request was given with this one.</summary>
    public sealed record KeyReused : ScheduleOutcome;

    /// <summary>The input names files that are not the owner's.</summary>
    public sealed record FilesForbidden(string Reason) : ScheduleOutcome;
}

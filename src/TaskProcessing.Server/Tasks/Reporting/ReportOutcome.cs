using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Reporting;

/// <summary>The result of a worker's report.</summary>
internal abstract record ReportOutcome
{
    private ReportOutcome() { }

    /// <summary>The task as it is now; its status shows the worker whether it is still wanted.</summary>
    public sealed record Accepted(ProcessingTask Task) : ReportOutcome;

    /// <summary>The claim is outdated: the worker was silent for too long or gave the task back. It must stop.</summary>
    public sealed record Outdated(ProcessingTask Task) : ReportOutcome;

    /// <summary>There is no such task.</summary>
    public sealed record NotFound : ReportOutcome;

    /// <summary>A progress that is not between 0 and 1.</summary>
    public sealed record OutOfRange : ReportOutcome;

    /// <summary>A result that has neither an output nor an error.</summary>
    public sealed record Empty : ReportOutcome;

    /// <summary>The status of an ended task is enough for a worker with any claim.</summary>
    public static ReportOutcome Of(TaskChange change, long? claim) =>
        change switch
        {
            { Task: null } => new NotFound(),
            { Changed: false, Task: { } task } when !task.Status.IsFinal() && !task.Counts(claim) => new Outdated(task),
            { Task: { } task } => new Accepted(task),
        };
}

using TaskProcessing.Server.Tasks.Overview;

namespace TaskProcessing.Server.Http.Admin;

/// <summary>The failed tasks to list.</summary>
internal sealed record FailedParameters
{
    /// <summary>Only those older than the task of this id.</summary>
    public long? Before { get; init; }
}

/// <summary>Failed tasks, the newest first.</summary>
internal sealed record FailedTasksResource(IReadOnlyList<FailedTaskResource> Tasks);

/// <summary>A failed task.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Type">Its task type.</param>
/// <param name="Party">Who scheduled it: <c>user alice</c>, <c>guest 192.0.2.7/32</c>, <c>app notes</c>.</param>
/// <param name="Provider">The id of the provider that had it last.</param>
/// <param name="Attempt">How often it was given to a worker.</param>
/// <param name="EndedAt">When it failed.</param>
/// <param name="Error">What went wrong, for administrators; the whole text.</param>
/// <param name="UserError">What its user was told.</param>
internal sealed record FailedTaskResource(
    long Id,
    string Type,
    string Party,
    string? Provider,
    int Attempt,
    long? EndedAt,
    string? Error,
    string? UserError
)
{
    public static FailedTaskResource Of(FailedTask task) =>
        new(task.Id, task.Type, task.Party, task.ProviderId, task.Attempt, task.EndedAt?.ToUnixTimeSeconds(), task.Error, task.UserError);
}

using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Http.Rest;

/// <summary>A task in a list.</summary>
internal record TaskSummaryResource
{
    /// <summary>The task's id.</summary>
    /// <example>42</example>
    public required long Id { get; init; }

    /// <summary>The project; 0 without one.</summary>
    /// <example>1</example>
    public required int ProjectId { get; init; }

    /// <summary>search, dedup, crawl, ocr, index, keyword_expand; any other type shows its full id.</summary>
    /// <example>search</example>
    public required string TaskType { get; init; }

    /// <summary>pending, running, completed, failed or cancelled.</summary>
    /// <example>running</example>
    public required string Status { get; init; }

    /// <summary>The number of finished steps.</summary>
    /// <example>30</example>
    public required int Progress { get; init; }

    /// <summary>The total number of steps, as the worker reported it, else 100.</summary>
    /// <example>100</example>
    public required int Total { get; init; }

    /// <summary>UTC, ISO 8601 to the second, without a zone.</summary>
    /// <example>2026-03-12T10:00:00</example>
    public required string CreatedAt { get; init; }

    public static TaskSummaryResource Of(TaskHead task) =>
        new()
        {
            Id = task.Id,
            ProjectId = task.ProjectId,
            TaskType = PipelineNames.Short(task.Type),
            Status = RestStatus.Name(task.Status),
            Progress = Done(task.Progress, task.TotalSteps),
            Total = task.TotalSteps ?? 100,
            CreatedAt = Time(task.ScheduledAt),
        };

    protected static int Done(double? progress, int? steps) =>
        (int)Math.Round((progress ?? 0) * (steps ?? 100), MidpointRounding.AwayFromZero);

    protected static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture);
}

/// <summary>A task with all that is known of it.</summary>
internal sealed record TaskDetailResource : TaskSummaryResource
{
    /// <summary>The input.</summary>
    /// <example>{"query": "machine learning", "sources": ["semantic_scholar"]}</example>
    public required JsonElement Params { get; init; }

    /// <summary>The output, or null.</summary>
    /// <example>{"papers_found": 15, "imported": 10}</example>
    public required JsonElement? Result { get; init; }

    /// <summary>
    /// The error; empty without one. Users get the message for users, administrators and services the technical one.
    /// </summary>
    public required string ErrorMessage { get; init; }

    /// <summary>The time when a worker took it, or null.</summary>
    /// <example>2026-03-12T10:00:01</example>
    public required string? StartedAt { get; init; }

    /// <summary>The time of its end, or null.</summary>
    /// <example>2026-03-12T10:02:30</example>
    public required string? CompletedAt { get; init; }

    /// <summary>The events of the task, oldest first; for administrators and service keys, absent for others.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TaskEventResource[]? History { get; init; }

    /// <param name="task">The task.</param>
    /// <param name="isOperator">True when the reader may see technical errors and the history.</param>
    public static TaskDetailResource Of(ProcessingTask task, bool isOperator) =>
        new()
        {
            Id = task.Id,
            ProjectId = task.ProjectId,
            TaskType = PipelineNames.Short(task.Type),
            Status = RestStatus.Name(task.Status),
            Progress = Done(task.Progress, task.TotalSteps),
            Total = task.TotalSteps ?? 100,
            CreatedAt = Time(task.ScheduledAt),
            Params = JsonElement.Parse(task.Input),
            Result = task.Output is null ? null : JsonElement.Parse(task.Output),
            ErrorMessage = ErrorText(task, isOperator),
            StartedAt = task.StartedAt is { } started ? Time(started) : null,
            CompletedAt = task.EndedAt is { } ended ? Time(ended) : null,
            History = isOperator
                ? [.. TaskHistory.Of(task).Select(one => new TaskEventResource(Time(one.At), one.Kind, one.Actor, one.Detail))]
                : null,
        };

    private static string ErrorText(ProcessingTask task, bool isOperator)
    {
        if (task.Status != ProcessingStatus.Failed)
            return "";

        return isOperator ? task.ErrorMessage ?? "" : task.UserFacingErrorMessage ?? "The task failed";
    }
}

/// <summary>One event in the life of a task.</summary>
/// <param name="At">UTC, ISO 8601 to the second, without a zone.</param>
/// <param name="Event">scheduled, claimed, started, renewed, succeeded, failed, cancelled, lost, released, retried or requeued.</param>
/// <param name="Actor">
/// The actor: a user, a provider app, a service key, the server itself, or an operator on the command line.
/// </param>
/// <param name="Detail">The provider of a claim, the reason of a failure; empty when there is no more to say.</param>
internal sealed record TaskEventResource(string At, string Event, string Actor, string Detail);

/// <summary>A page of tasks.</summary>
internal sealed record TaskPageResource(TaskSummaryResource[] Items, int Total, int Page, int PageSize, int TotalPages);

/// <summary>The names of the statuses.</summary>
internal static class RestStatus
{
    private static readonly string[] Names = ["unknown", "pending", "running", "completed", "failed", "cancelled"];

    public static string Name(ProcessingStatus status) => Names[(int)status];

    /// <summary>Null for a name that there is not.</summary>
    public static ProcessingStatus? Parse(string name) => Array.IndexOf(Names, name) is > 0 and var index ? (ProcessingStatus)index : null;
}

/// <summary>The task types of pipelines go by their last part.</summary>
internal static class PipelineNames
{
    private const string Prefix = "pipeline:";
    private static readonly HashSet<string> Known = [.. TaskTypes.PipelineTaskTypes.All.Select(type => type.Id)];

    public static string Short(string type) => Known.Contains(type) ? type[Prefix.Length..] : type;

    public static string Long(string name) => Known.Contains(Prefix + name) ? Prefix + name : name;
}

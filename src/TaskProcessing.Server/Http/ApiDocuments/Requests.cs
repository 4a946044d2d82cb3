using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>The task to schedule.</summary>
internal sealed record ScheduleParameters
{
    /// <summary>Slot key to value, as the task type's input shape asks.</summary>
    [Required]
    public required IReadOnlyDictionary<string, JsonElement> Input { get; init; }

    /// <summary>The task type's id.</summary>
    [Required]
    public required string Type { get; init; }

    /// <summary>The name of the scheduling app; at most 64 characters.</summary>
    [Required]
    public required string AppId { get; init; }

    /// <summary>A mark of your own; at most 255 characters.</summary>
    public string? CustomId { get; init; }

    /// <summary>The address to call when the task ends.</summary>
    public string? WebhookUri { get; init; }

    /// <summary>HTTP:GET, HTTP:POST, HTTP:PUT, HTTP:DELETE, or AppAPI:appid:METHOD.</summary>
    public string? WebhookMethod { get; init; }

    /// <summary>True to mark generated media as such. Default true.</summary>
    public bool? IncludeWatermark { get; init; }

    /// <summary>True to get partial output while the task runs. Default false.</summary>
    public bool? PreferStreaming { get; init; }

    /// <summary>Higher ones of a task type come first; above 0 for administrators and apps that are allowed to. Default 0.</summary>
    [Range(-10, 10)]
    public int? Priority { get; init; }

    /// <summary>The project that a pipeline works for; the REST API can filter by it. Default 0, none.</summary>
    public int? ProjectId { get; init; }
}

/// <summary>The filter of the list.</summary>
internal sealed record ListParameters
{
    /// <summary>Only tasks of this type.</summary>
    public string? TaskType { get; init; }

    /// <summary>Only tasks with this mark.</summary>
    public string? CustomId { get; init; }

    /// <summary>Only tasks of this status, such as STATUS_RUNNING.</summary>
    public string? WithStatus { get; init; }

    /// <summary>So many at most, the newest first. Default all, the oldest first.</summary>
    [Range(0, 500)]
    public int? Newest { get; init; }

    /// <summary>Together with newest: only tasks older than this one.</summary>
    public long? OlderThan { get; init; }
}

/// <summary>The filter of the list of an app's tasks.</summary>
internal sealed record ListOfAppParameters
{
    /// <summary>Only tasks with this mark.</summary>
    public string? CustomId { get; init; }

    /// <summary>Only tasks of this status, such as STATUS_RUNNING.</summary>
    public string? WithStatus { get; init; }

    /// <summary>So many at most, the newest first. Default all, the oldest first.</summary>
    [Range(0, 500)]
    public int? Newest { get; init; }

    /// <summary>Together with newest: only tasks older than this one.</summary>
    public long? OlderThan { get; init; }
}

/// <summary>The types to count.</summary>
internal sealed record QueueStatsParameters
{
    /// <summary>The types; without any all count.</summary>
    public IReadOnlyList<string>? TaskTypeIds { get; init; }
}

/// <summary>The time to wait.</summary>
internal sealed record WaitParameters
{
    /// <summary>
    /// For how many seconds, up to 60, to wait until the task changes. Default 0; a task that has ended is answered at once.
    /// </summary>
    [Range(0, 60)]
    public double? Wait { get; init; }
}

/// <summary>The sign of life of a worker.</summary>
internal sealed record HeartbeatParameters
{
    /// <summary>For how many seconds, up to 60, to wait until the task is no longer wanted. Default 0.</summary>
    [Range(0, 60)]
    public double? Wait { get; init; }

    /// <summary>
    /// The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it
    /// you are believed.
    /// </summary>
    public long? Claim { get; init; }
}

/// <summary>The claim to give back.</summary>
internal sealed record ReleaseParameters
{
    /// <summary>The number of your claim.</summary>
    [Required]
    public required long Claim { get; init; }
}

/// <summary>The providers and task types of a worker.</summary>
internal record ClaimParameters
{
    /// <summary>For how many seconds, up to 60, to wait for a task. Default 0.</summary>
    [Range(0, 60)]
    public double? Wait { get; init; }

    /// <summary>The ids of the providers that it runs.</summary>
    [Required]
    public required IReadOnlyList<string> ProviderIds { get; init; }

    /// <summary>The ids of the task types that it wants.</summary>
    [Required]
    public required IReadOnlyList<string> TaskTypeIds { get; init; }
}

/// <summary>The providers and task types of a worker, and a number of tasks.</summary>
internal sealed record ClaimBatchParameters : ClaimParameters
{
    /// <summary>
    /// The largest number of tasks, up to 100. Default 1. No more are added once the inputs have 8 MB together.
    /// </summary>
    public int? NumberOfTasks { get; init; }
}

/// <summary>The progress of a task.</summary>
internal sealed record ProgressParameters
{
    /// <summary>0 to 1; may be left out where step and total are given.</summary>
    [Range(0, 1)]
    public double? Progress { get; init; }

    /// <summary>The total number of steps, for workers that count steps.</summary>
    public int? Total { get; init; }

    /// <summary>The number of finished steps; instead of progress.</summary>
    public int? Step { get; init; }

    /// <summary>
    /// The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it
    /// you are believed.
    /// </summary>
    public long? Claim { get; init; }
}

/// <summary>The result of a task: an output or an error; an error outweighs an output.</summary>
internal record ResultParameters
{
    /// <summary>Slot key to value, as the task type's output shape asks.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Output { get; init; }

    /// <summary>The error for administrators; cut to 4,000 bytes.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>The error for the user; cut to 4,000 bytes.</summary>
    public string? UserFacingErrorMessage { get; init; }

    /// <summary>
    /// The number of your claim. With an outdated number an error is ignored; an output counts until another worker has
    /// finished the task.
    /// </summary>
    public long? Claim { get; init; }

    /// <summary>
    /// True for a temporary error: the task is tried again, while it has attempts left. Needs a claim. Default false.
    /// </summary>
    public bool? Retryable { get; init; }

    /// <summary>The shortest pause before the next attempt, in seconds.</summary>
    [Range(0, 604_800)]
    public double? RetryAfter { get; init; }
}

/// <summary>The results of several tasks.</summary>
internal sealed record ResultsParameters
{
    /// <summary>Up to 100 results.</summary>
    [Required]
    [MaxLength(100)]
    public required IReadOnlyList<ResultEntryParameters> Results { get; init; }
}

/// <summary>The result of one of them.</summary>
internal sealed record ResultEntryParameters : ResultParameters
{
    /// <summary>The task's id.</summary>
    [Required]
    public required long Id { get; init; }
}

/// <summary>The output so far.</summary>
internal sealed record StreamParameters
{
    /// <summary>Slot key to value; may be partial.</summary>
    [Required]
    public required IReadOnlyDictionary<string, JsonElement> Output { get; init; }

    /// <summary>
    /// The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it
    /// you are believed.
    /// </summary>
    public long? Claim { get; init; }
}

/// <summary>A line for the log.</summary>
internal sealed record LogParameters
{
    /// <summary>0 debug, 1 info, 2 warning, 3 error, 4 fatal.</summary>
    [Required]
    [Range(0, 4)]
    public required int Level { get; init; }

    /// <summary>The line.</summary>
    [Required]
    public required string Message { get; init; }
}

/// <summary>A path.</summary>
internal sealed record AbsoluteUrlParameters
{
    /// <summary>The path on this server.</summary>
    [Required]
    public required string Url { get; init; }
}

/// <summary>A provider's id.</summary>
internal sealed record ProviderNameParameters
{
    /// <summary>The provider's id.</summary>
    [Required]
    public required string Name { get; init; }
}

/// <summary>A provider, and the task type that it may bring.</summary>
internal sealed record RegisterParameters
{
    /// <summary>
    /// id, name, task_type, expected_runtime (seconds), optional_input_shape, optional_output_shape and the maps of choices and
    /// defaults; docs/providers.md shows all of it.
    /// </summary>
    [Required]
    public required IReadOnlyDictionary<string, JsonElement> Provider { get; init; }

    /// <summary>id, name, description, input_shape and output_shape of a task type of the app's own.</summary>
    public IReadOnlyDictionary<string, JsonElement>? CustomTaskType { get; init; }
}

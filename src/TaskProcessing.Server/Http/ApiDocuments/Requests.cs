using System.ComponentModel.DataAnnotations;
using System.Text.Json;

namespace TaskProcessing.Server.Http.ApiDocuments;

/// <summary>What to do.</summary>
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

    /// <summary>Whom to call when the task ends.</summary>
    public string? WebhookUri { get; init; }

    /// <summary>HTTP:GET, HTTP:POST, HTTP:PUT, HTTP:DELETE, or AppAPI:appid:METHOD.</summary>
    public string? WebhookMethod { get; init; }

    /// <summary>Whether generated media shall be marked as such. Default true.</summary>
    public bool? IncludeWatermark { get; init; }

    /// <summary>Whether partial output is wanted while the task runs. Default false.</summary>
    public bool? PreferStreaming { get; init; }

    /// <summary>Higher ones of a task type come first; above 0 for administrators and apps that are allowed to. Default 0.</summary>
    [Range(-10, 10)]
    public int? Priority { get; init; }

    /// <summary>The project that a pipeline works for; the REST face lists by it. Default 0, none.</summary>
    public int? ProjectId { get; init; }
}

/// <summary>Which tasks to list.</summary>
internal sealed record ListParameters
{
    /// <summary>Only tasks of this type.</summary>
    public string? TaskType { get; init; }

    /// <summary>Only tasks with this mark.</summary>
    public string? CustomId { get; init; }
}

/// <summary>Which tasks of an app to list.</summary>
internal sealed record ListOfAppParameters
{
    /// <summary>Only tasks with this mark.</summary>
    public string? CustomId { get; init; }
}

/// <summary>Which types to count.</summary>
internal sealed record QueueStatsParameters
{
    /// <summary>The types; without any all count.</summary>
    public IReadOnlyList<string>? TaskTypeIds { get; init; }
}

/// <summary>How long to wait.</summary>
internal sealed record WaitParameters
{
    /// <summary>For how many seconds, up to 60, to wait until the task changes. Default 0; a task that has ended is answered at once.</summary>
    [Range(0, 60)]
    public double? Wait { get; init; }
}

/// <summary>That the worker is still there.</summary>
internal sealed record HeartbeatParameters
{
    /// <summary>For how many seconds, up to 60, to wait until the task is no longer wanted. Default 0.</summary>
    [Range(0, 60)]
    public double? Wait { get; init; }

    /// <summary>The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it you are believed.</summary>
    public long? Claim { get; init; }
}

/// <summary>Which claim is given back.</summary>
internal sealed record ReleaseParameters
{
    /// <summary>The number of your claim.</summary>
    [Required]
    public required long Claim { get; init; }
}

/// <summary>What a worker can do.</summary>
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

/// <summary>What a worker can do, and how much of it.</summary>
internal sealed record ClaimBatchParameters : ClaimParameters
{
    /// <summary>How many tasks at most, up to 100. Default 1.</summary>
    public int? NumberOfTasks { get; init; }
}

/// <summary>How far a task is.</summary>
internal sealed record ProgressParameters
{
    /// <summary>0 to 1; may be left out where step and total are given.</summary>
    [Range(0, 1)]
    public double? Progress { get; init; }

    /// <summary>How many steps there are in all, for workers that count.</summary>
    public int? Total { get; init; }

    /// <summary>How many of the total steps are done; instead of progress.</summary>
    public int? Step { get; init; }

    /// <summary>The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it you are believed.</summary>
    public long? Claim { get; init; }
}

/// <summary>How a task ended: with an output or with an error, which wins.</summary>
internal record ResultParameters
{
    /// <summary>Slot key to value, as the task type's output shape asks.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Output { get; init; }

    /// <summary>What went wrong, for administrators; kept to 4,000 bytes.</summary>
    public string? ErrorMessage { get; init; }

    /// <summary>What went wrong, for the user; kept to 4,000 bytes.</summary>
    public string? UserFacingErrorMessage { get; init; }

    /// <summary>The number of your claim: when it does not count any more, an error is ignored; an output counts until somebody else has finished the task.</summary>
    public long? Claim { get; init; }

    /// <summary>Whether the error may pass: then the task is tried again, as long as it has attempts left. Needs a claim. Default false.</summary>
    public bool? Retryable { get; init; }

    /// <summary>For how many seconds the next attempt shall wait at least.</summary>
    [Range(0, 604_800)]
    public double? RetryAfter { get; init; }
}

/// <summary>How several tasks ended.</summary>
internal sealed record ResultsParameters
{
    /// <summary>Up to 100 results.</summary>
    [Required]
    [MaxLength(100)]
    public required IReadOnlyList<ResultEntryParameters> Results { get; init; }
}

/// <summary>How one of them ended.</summary>
internal sealed record ResultEntryParameters : ResultParameters
{
    /// <summary>The task's id.</summary>
    [Required]
    public required long Id { get; init; }
}

/// <summary>What there is of the output.</summary>
internal sealed record StreamParameters
{
    /// <summary>Slot key to value; may be partial.</summary>
    [Required]
    public required IReadOnlyDictionary<string, JsonElement> Output { get; init; }

    /// <summary>The number of your claim: when it does not count any more, nothing is stored and the task looks cancelled. Without it you are believed.</summary>
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
    /// <summary>id, name, task_type, expected_runtime (seconds), optional_input_shape, optional_output_shape and the maps of choices and defaults; docs/providers.md shows all of it.</summary>
    [Required]
    public required IReadOnlyDictionary<string, JsonElement> Provider { get; init; }

    /// <summary>id, name, description, input_shape and output_shape of a task type of the app's own.</summary>
    public IReadOnlyDictionary<string, JsonElement>? CustomTaskType { get; init; }
}

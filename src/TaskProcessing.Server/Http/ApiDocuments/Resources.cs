using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskProcessing.Server.Http.ApiDocuments;

// What the OpenAPI document says of the wire. The answers themselves are written by Http/Ocs; ApiDocumentTests hold the
// two together.

/// <summary>The envelope of every answer.</summary>
internal sealed record OcsEnvelope<T>(OcsBody<T> Ocs);

/// <summary>What the envelope holds.</summary>
internal sealed record OcsBody<T>(OcsMeta Meta, T Data);

/// <summary>How the request went.</summary>
/// <param name="Status">ok or failure.</param>
/// <param name="Statuscode">On v1 100 for success, on v2 the HTTP status; 996 server error, 997 not logged in, 998 no such route.</param>
/// <param name="Message">OK, or what is wrong where the data does not say it.</param>
internal sealed record OcsMeta(string Status, int Statuscode, string Message);

/// <summary>What is wrong, ready to be shown.</summary>
internal sealed record MessageResource(string Message);

/// <summary>One task.</summary>
internal sealed record TaskEnvelopeResource(TaskResource Task);

/// <summary>Several tasks, by id.</summary>
internal sealed record TaskListResource(IReadOnlyList<TaskResource> Tasks);

/// <summary>A claimed task and the provider that it was handed out for.</summary>
/// <param name="Task">The task, running.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Claim">The number of this claim: send it with all that you say about the task. It never comes back for this task.</param>
internal sealed record ClaimedTaskResource(TaskResource Task, ClaimedProviderResource Provider, long Claim);

/// <summary>The provider.</summary>
/// <param name="Name">The provider's id.</param>
internal sealed record ClaimedProviderResource(string Name);

/// <summary>Claimed tasks, oldest first.</summary>
/// <param name="Tasks">The tasks, each with its provider's id.</param>
/// <param name="HasMore">Whether further tasks of these types wait.</param>
internal sealed record ClaimedBatchResource(IReadOnlyList<ClaimedBatchEntryResource> Tasks, [property: JsonPropertyName("has_more")] bool HasMore);

/// <summary>A task of a batch.</summary>
/// <param name="Task">The task, running.</param>
/// <param name="Provider">The provider's id.</param>
/// <param name="Claim">The number of this claim, as in the answer to a single one.</param>
internal sealed record ClaimedBatchEntryResource(TaskResource Task, string Provider, long Claim);

/// <summary>What became of several results, in the order in which they were sent.</summary>
internal sealed record ResultOutcomesResource(IReadOnlyList<ResultOutcomeResource> Results);

/// <summary>What became of one result.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Statuscode">What the call for this task alone would have answered: 200, 400 or 404.</param>
/// <param name="Message">OK, or what is wrong.</param>
/// <param name="Status">The task's status now; null when the result did not reach a task.</param>
internal sealed record ResultOutcomeResource(long Id, int Statuscode, string Message, string? Status);

/// <summary>How long the queue is, over all users.</summary>
internal sealed record QueueStatsResource([property: JsonPropertyName("scheduled_count")] int ScheduledCount, [property: JsonPropertyName("running_count")] int RunningCount);

/// <summary>A task.</summary>
internal sealed record TaskResource
{
    /// <summary>The task's id.</summary>
    public required long Id { get; init; }

    /// <summary>The task type's id.</summary>
    public required string Type { get; init; }

    /// <summary>Unix seconds of the last stored change; a claim does not count.</summary>
    public required long LastUpdated { get; init; }

    /// <summary>STATUS_SCHEDULED, STATUS_RUNNING, STATUS_SUCCESSFUL, STATUS_FAILED or STATUS_CANCELLED.</summary>
    public required string Status { get; init; }

    /// <summary>The owner; null for guests and for apps that act for nobody.</summary>
    public required string? UserId { get; init; }

    /// <summary>The app that scheduled the task, as it named itself.</summary>
    public required string AppId { get; init; }

    /// <summary>Slot key to number, text, or list of these; file slots hold file ids. Defaults are filled in.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Input { get; init; }

    /// <summary>Like the input; null until a result, or a streamed part of one, is there.</summary>
    public required IReadOnlyDictionary<string, JsonElement>? Output { get; init; }

    /// <summary>The scheduler's own mark on the task.</summary>
    public required string? CustomId { get; init; }

    /// <summary>Unix seconds at which the provider's expected runtime ends.</summary>
    public required long? CompletionExpectedAt { get; init; }

    /// <summary>0 to 1; null before the first report.</summary>
    public required double? Progress { get; init; }

    /// <summary>Unix seconds of scheduling.</summary>
    public required long? ScheduledAt { get; init; }

    /// <summary>Unix seconds of the claim.</summary>
    public required long? StartedAt { get; init; }

    /// <summary>Unix seconds of the end.</summary>
    public required long? EndedAt { get; init; }

    /// <summary>Whether retention may delete the task.</summary>
    public required bool AllowCleanup { get; init; }

    /// <summary>Whether generated media shall be marked as such.</summary>
    public required bool IncludeWatermark { get; init; }

    /// <summary>What went wrong, for the user's eyes.</summary>
    public required string? UserFacingErrorMessage { get; init; }

    /// <summary>Whether the scheduler would like partial output while the task runs.</summary>
    public required bool PreferStreaming { get; init; }
}

/// <summary>The manual's flat fields, and the task as on all other routes.</summary>
internal sealed record ManualTaskResource
{
    /// <summary>The task's id.</summary>
    public required long Id { get; init; }

    /// <summary>The task type's id.</summary>
    public required string Type { get; init; }

    /// <summary>1 scheduled, 2 running, 3 successful, 4 failed, 5 cancelled.</summary>
    public required int Status { get; init; }

    /// <summary>The owner.</summary>
    public required string? UserId { get; init; }

    /// <summary>The app that scheduled the task.</summary>
    public required string AppId { get; init; }

    /// <summary>The scheduler's own mark on the task.</summary>
    public required string? CustomId { get; init; }

    /// <summary>The input.</summary>
    public required IReadOnlyDictionary<string, JsonElement> Input { get; init; }

    /// <summary>The output, or null.</summary>
    public required IReadOnlyDictionary<string, JsonElement>? Output { get; init; }

    /// <summary>The whole task.</summary>
    public required TaskResource Task { get; init; }
}

/// <summary>The available task types by their ids.</summary>
internal sealed record TaskTypesResource(IReadOnlyDictionary<string, TaskTypeResource> Types);

/// <summary>A task type with what its serving provider adds.</summary>
internal sealed record TaskTypeResource
{
    /// <summary>The title.</summary>
    public required string Name { get; init; }

    /// <summary>What it does.</summary>
    public required string Description { get; init; }

    /// <summary>The mandatory input slots by their keys.</summary>
    public required IReadOnlyDictionary<string, ShapeResource> InputShape { get; init; }

    /// <summary>The choices of Enum slots.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<EnumValueResource>> InputShapeEnumValues { get; init; }

    /// <summary>The defaults, numbers or texts.</summary>
    public required IReadOnlyDictionary<string, JsonElement> InputShapeDefaults { get; init; }

    /// <summary>The optional input slots by their keys.</summary>
    public required IReadOnlyDictionary<string, ShapeResource> OptionalInputShape { get; init; }

    /// <summary>The choices of optional Enum slots.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<EnumValueResource>> OptionalInputShapeEnumValues { get; init; }

    /// <summary>The defaults of optional slots.</summary>
    public required IReadOnlyDictionary<string, JsonElement> OptionalInputShapeDefaults { get; init; }

    /// <summary>The mandatory output slots by their keys.</summary>
    public required IReadOnlyDictionary<string, ShapeResource> OutputShape { get; init; }

    /// <summary>The choices of Enum output slots.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<EnumValueResource>> OutputShapeEnumValues { get; init; }

    /// <summary>The optional output slots by their keys.</summary>
    public required IReadOnlyDictionary<string, ShapeResource> OptionalOutputShape { get; init; }

    /// <summary>The choices of optional Enum output slots.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyList<EnumValueResource>> OptionalOutputShapeEnumValues { get; init; }

    /// <summary>Whether user interfaces shall leave it out of their lists.</summary>
    public required bool IsInternal { get; init; }
}

/// <summary>A slot.</summary>
/// <param name="Name">The title.</param>
/// <param name="Description">What belongs into it.</param>
/// <param name="Type">Number, Text, Image, Audio, Video, File, Enum, or ListOfNumbers, ListOfTexts, ListOfImages, ListOfAudios, ListOfVideos, ListOfFiles.</param>
/// <param name="Mandatory">Whether it must be given (profile Manual only).</param>
internal sealed record ShapeResource(string Name, string Description, string Type, bool? Mandatory);

/// <summary>A choice.</summary>
/// <param name="Name">The label.</param>
/// <param name="Value">What the input holds.</param>
internal sealed record EnumValueResource(string Name, string Value);

using System.ComponentModel.DataAnnotations;
using System.Text.Json;
using System.Text.Json.Serialization;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Http.ApiDocuments;

// The schemas of the OpenAPI document. Http/Ocs writes the answers themselves; ApiDocumentTests compares the two.

/// <summary>The envelope of every answer.</summary>
internal sealed record OcsEnvelope<T>(OcsBody<T> Ocs);

/// <summary>The content of the envelope.</summary>
internal sealed record OcsBody<T>(OcsMeta Meta, [property: Required] T Data);

/// <summary>The status of the request.</summary>
/// <param name="Status">ok or failure.</param>
/// <param name="Statuscode">On v1 100 for success, on v2 the HTTP status; 996 server error, 997 not logged in, 998 no such route.</param>
/// <param name="Message">OK, or the error when the data does not have it.</param>
internal sealed record OcsMeta(string Status, int Statuscode, string Message);

/// <summary>The error, ready to be shown.</summary>
internal sealed record MessageResource(string Message);

/// <summary>One task.</summary>
internal sealed record TaskEnvelopeResource(ProtocolTask Task);

/// <summary>Several tasks, by id.</summary>
internal sealed record TaskListResource(IReadOnlyList<ProtocolTask> Tasks);

/// <summary>A claimed task and the provider that it was handed out for.</summary>
/// <param name="Task">The task, running.</param>
/// <param name="Provider">The provider.</param>
/// <param name="Claim">
/// The number of this claim: send it with every report about the task. The number is never used again for this task.
/// </param>
/// <param name="Traceparent">The trace of the schedule (W3C); absent without one.</param>
internal sealed record ClaimedTaskResource(ProtocolTask Task, ClaimedProviderResource Provider, long Claim, string? Traceparent);

/// <summary>The provider.</summary>
/// <param name="Name">The provider's id.</param>
internal sealed record ClaimedProviderResource(string Name);

/// <summary>Claimed tasks, oldest first.</summary>
/// <param name="Tasks">The tasks, each with its provider's id.</param>
/// <param name="HasMore">True when more tasks of these types wait.</param>
internal sealed record ClaimedBatchResource(
    IReadOnlyList<ClaimedBatchEntryResource> Tasks,
    [property: JsonPropertyName("has_more")] bool HasMore
);

/// <summary>A task of a batch.</summary>
/// <param name="Task">The task, running.</param>
/// <param name="Provider">The provider's id.</param>
/// <param name="Claim">The number of this claim, as in the answer to a single one.</param>
/// <param name="Traceparent">The trace of the schedule (W3C); absent without one.</param>
internal sealed record ClaimedBatchEntryResource(ProtocolTask Task, string Provider, long Claim, string? Traceparent);

/// <summary>The outcomes of several results, in the order of the request.</summary>
internal sealed record ResultOutcomesResource(IReadOnlyList<ResultOutcomeResource> Results);

/// <summary>The outcome of one result.</summary>
/// <param name="Id">The task's id.</param>
/// <param name="Statuscode">The status that a call for this task alone would have: 200, 400 or 404.</param>
/// <param name="Message">OK, or the error.</param>
/// <param name="Status">The task's status now; null when the result did not reach a task.</param>
internal sealed record ResultOutcomeResource(long Id, int Statuscode, string Message, string? Status);

/// <summary>The length of the queue, over all users.</summary>
internal sealed record QueueStatsResource(
    [property: JsonPropertyName("scheduled_count")] int ScheduledCount,
    [property: JsonPropertyName("running_count")] int RunningCount
);

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
    public required ProtocolTask Task { get; init; }
}

/// <summary>The available task types by their ids.</summary>
internal sealed record TaskTypesResource(IReadOnlyDictionary<string, TaskTypeResource> Types);

/// <summary>A task type with the additions of its serving provider.</summary>
internal sealed record TaskTypeResource
{
    /// <summary>The title.</summary>
    public required string Name { get; init; }

    /// <summary>A description for people.</summary>
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

    /// <summary>True when user interfaces shall leave it out of their lists.</summary>
    public required bool IsInternal { get; init; }
}

/// <summary>A slot.</summary>
/// <param name="Name">The title.</param>
/// <param name="Description">A description for people.</param>
/// <param name="Type">
/// Number, Text, Image, Audio, Video, File, Enum, or ListOfNumbers, ListOfTexts, ListOfImages, ListOfAudios, ListOfVideos,
/// ListOfFiles.
/// </param>
/// <param name="Mandatory">True when a value is required (profile Manual only).</param>
internal sealed record ShapeResource(string Name, string Description, string Type, bool? Mandatory);

/// <summary>A choice.</summary>
/// <param name="Name">The label.</param>
/// <param name="Value">The value in the input.</param>
internal sealed record EnumValueResource(string Name, string Value);

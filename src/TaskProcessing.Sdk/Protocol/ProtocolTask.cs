using System.Net;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Sdk.Protocol;

/// <summary>A task as it travels in <c>data.task</c>: Nextcloud 35's fields, in the order in which they are sent.</summary>
public sealed record ProtocolTask
{
    /// <summary>The task's id, a positive 64-bit integer.</summary>
    public required long Id { get; init; }

    /// <summary>The task type's id, such as <c>core:text2text:summary</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Unix seconds of the last stored change; a claim does not count.</summary>
    public long LastUpdated { get; init; }

    /// <summary>The status: waiting, running, or ended in one of three ways.</summary>
    [JsonConverter(typeof(ProcessingStatusConverter))]
    public required ProcessingStatus Status { get; init; }

    /// <summary>The owner; null for guests and for apps without a user.</summary>
    public string? UserId { get; init; }

    /// <summary>The app that scheduled the task, as it named itself.</summary>
    public string AppId { get; init; } = "";

    /// <summary>
    /// Slot key to number, text, or list of these; file slots hold file ids. Defaults are filled in. Nextcloud sends an empty
    /// list for no input.
    /// </summary>
    public required JsonElement Input { get; init; }

    /// <summary>Like the input; null until a result, or a streamed part of one, is there.</summary>
    public JsonElement? Output { get; init; }

    /// <summary>The scheduler's own mark on the task.</summary>
    public string? CustomId { get; init; }

    /// <summary>Unix seconds at which the provider's expected runtime would end.</summary>
    public long? CompletionExpectedAt { get; init; }

    /// <summary>0 to 1; null before the first report.</summary>
    public double? Progress { get; init; }

    /// <summary>Unix seconds of scheduling.</summary>
    public long? ScheduledAt { get; init; }

    /// <summary>Unix seconds of the claim.</summary>
    public long? StartedAt { get; init; }

    /// <summary>Unix seconds of the end, in any way.</summary>
    public long? EndedAt { get; init; }

    /// <summary>True when retention may delete the task.</summary>
    public bool AllowCleanup { get; init; } = true;

    /// <summary>True when generated media shall be marked as such.</summary>
    public bool IncludeWatermark { get; init; } = true;

    /// <summary>An error text meant for the user's eyes.</summary>
    public string? UserFacingErrorMessage { get; init; }

    /// <summary>True when the client wants partial output while the task runs.</summary>
    public bool PreferStreaming { get; init; }

    /// <summary>The text of an output slot.</summary>
    /// <exception cref="InvalidOperationException">There is no such text; the message has the status of the task.</exception>
    public string OutputText(string key) =>
        Output is { ValueKind: JsonValueKind.Object } output
        && output.TryGetProperty(key, out var value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : throw new InvalidOperationException(
                $"Task {Id} has no text \"{key}\" in its output; it is {Status.ToWire()}"
                    + $"{(UserFacingErrorMessage is { } why ? $": {why}" : ".")}"
            );

    /// <summary>The task in an answer's data.</summary>
    internal static ProtocolTask FromData(JsonElement data) => FromData(data, "task", ProtocolJson.Default.ProtocolTask);

    /// <summary>The tasks in an answer's data.</summary>
    internal static List<ProtocolTask> ListFromData(JsonElement data) => FromData(data, "tasks", ProtocolJson.Default.ListProtocolTask);

    private static T FromData<T>(JsonElement data, string key, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            if (data.ValueKind == JsonValueKind.Object && data.TryGetProperty(key, out var value) && value.Deserialize(type) is { } read)
                return read;
        }
        catch (JsonException exception)
        {
            throw new OcsException($"The \"{key}\" in the answer cannot be read: {exception.Message}", HttpStatusCode.OK);
        }

        throw new OcsException($"The answer holds no \"{key}\".", HttpStatusCode.OK);
    }
}

/// <summary>Reads and writes <see cref="ProcessingStatus"/> as its wire name.</summary>
public sealed class ProcessingStatusConverter : JsonConverter<ProcessingStatus>
{
    /// <inheritdoc />
    public override ProcessingStatus Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Number ? (ProcessingStatus)reader.GetInt32() : ProcessingStatusNames.FromWire(reader.GetString());

    /// <inheritdoc />
    public override void Write(Utf8JsonWriter writer, ProcessingStatus value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToWire());
}

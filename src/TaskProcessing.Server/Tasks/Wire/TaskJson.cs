using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Wire;

/// <summary>
/// The one writer of a task's JSON: for answers of OCS, events, webhooks, local workers and the command line. The fields
/// are Nextcloud 35's, in its order; <see cref="ProtocolTask"/> is the type that reads them. Every answer goes through
/// it, so it writes straight into the answer.
/// </summary>
internal sealed class TaskJson
{
    private readonly bool _isNextcloud;

    private TaskJson(bool isNextcloud) => _isNextcloud = isNextcloud;

    /// <summary>Null and empty maps are sent as such.</summary>
    public static TaskJson Manual { get; } = new(isNextcloud: false);

    /// <summary>Nextcloud to the letter: progress 0 where there is none, a list for an empty map.</summary>
    public static TaskJson Nextcloud { get; } = new(isNextcloud: true);

    public static TaskJson Of(OcsProfile profile) => profile == OcsProfile.Nextcloud ? Nextcloud : Manual;

    public void Write(Utf8JsonWriter json, ProcessingTask task) => Write(json, task, task.Status);

    /// <param name="json">The writer.</param>
    /// <param name="task">The task.</param>
    /// <param name="status">The status that is shown.</param>
    /// <param name="isNew">True when this call made the task. Nextcloud shows no progress then, and 0 in later answers.</param>
    public void Write(Utf8JsonWriter json, ProcessingTask task, ProcessingStatus status, bool isNew = false)
    {
        json.WriteStartObject();
        WriteFields(json, task, status, isNew);
        json.WriteEndObject();
    }

    /// <summary>The fields alone, for an object that has others beside them.</summary>
    public void WriteFields(Utf8JsonWriter json, ProcessingTask task, ProcessingStatus status, bool isNew = false)
    {
        json.WriteNumber("id"u8, task.Id);
        json.WriteString("type"u8, task.Type);
        json.WriteNumber("lastUpdated"u8, task.LastUpdated.ToUnixTimeSeconds());
        json.WriteString("status"u8, status.ToWire());
        json.WriteString("userId"u8, task.UserId);
        json.WriteString("appId"u8, task.AppId);
        WriteValues(json, "input"u8, task.Input);
        WriteValues(json, "output"u8, task.Output);
        json.WriteString("customId"u8, task.CustomId);
        WriteTime(json, "completionExpectedAt"u8, task.CompletionExpectedAt);
        WriteFraction(json, "progress"u8, task.Progress ?? (_isNextcloud && !isNew ? 0 : null));
        WriteTime(json, "scheduledAt"u8, task.ScheduledAt);
        WriteTime(json, "startedAt"u8, task.StartedAt);
        WriteTime(json, "endedAt"u8, task.EndedAt);
        json.WriteBoolean("allowCleanup"u8, task.AllowCleanup);
        json.WriteBoolean("includeWatermark"u8, task.IncludeWatermark);
        json.WriteString("userFacingErrorMessage"u8, task.UserFacingErrorMessage);
        json.WriteBoolean("preferStreaming"u8, task.PreferStreaming);
    }

    /// <summary>Input and output are stored as the JSON that is sent. PHP has no empty map, so Nextcloud sends a list then.</summary>
    public void WriteValues(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? values)
    {
        json.WritePropertyName(name);
        if (values is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(values == "{}" && _isNextcloud ? "[]" : values, skipInputValidation: true);
    }

    private static void WriteTime(Utf8JsonWriter json, ReadOnlySpan<byte> name, DateTimeOffset? time)
    {
        if (time is { } value)
            json.WriteNumber(name, value.ToUnixTimeSeconds());
        else
            json.WriteNull(name);
    }

    private static void WriteFraction(Utf8JsonWriter json, ReadOnlySpan<byte> name, double? fraction)
    {
        if (fraction is { } value)
            json.WriteNumber(name, value);
        else
            json.WriteNull(name);
    }
}

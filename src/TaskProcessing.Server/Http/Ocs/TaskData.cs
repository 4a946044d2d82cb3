using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary><c>{"task": …}</c>, what Nextcloud answers for one task.</summary>
internal sealed record TaskData(ProcessingTask Task) : OcsData
{
    /// <summary>The status that is shown.</summary>
    public ProcessingStatus Status { get; init; } = Task.Status;

    public static TaskData Of(ProcessingTask task, ProcessingStatus status) => new(task) { Status = status };

    /// <summary>Whether the task was made by this very call. Nextcloud shows no progress then, and 0 whenever the task is read later.</summary>
    public bool IsNew { get; init; }

    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WritePropertyName("task"u8);
        WriteTask(json, Task, Status, style, IsNew);
        json.WriteEndObject();
    }

    /// <summary>Nextcloud 35's fields in its order.</summary>
    public static void WriteTask(Utf8JsonWriter json, ProcessingTask task, OcsStyle style) => WriteTask(json, task, task.Status, style);

    public static void WriteTask(Utf8JsonWriter json, ProcessingTask task, ProcessingStatus status, OcsStyle style, bool isNew = false)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, task.Id);
        json.WriteString("type"u8, task.Type);
        json.WriteNumber("lastUpdated"u8, task.LastUpdated.ToUnixTimeSeconds());
        json.WriteString("status"u8, status.ToWire());
        json.WriteString("userId"u8, task.UserId);
        json.WriteString("appId"u8, task.AppId);
        WriteValues(json, "input"u8, task.Input, style);
        WriteValues(json, "output"u8, task.Output, style);
        json.WriteString("customId"u8, task.CustomId);
        WriteTime(json, "completionExpectedAt"u8, task.CompletionExpectedAt);
        WriteFraction(json, "progress"u8, task.Progress ?? (style.Profile == OcsProfile.Nextcloud && !isNew ? 0 : null));
        WriteTime(json, "scheduledAt"u8, task.ScheduledAt);
        WriteTime(json, "startedAt"u8, task.StartedAt);
        WriteTime(json, "endedAt"u8, task.EndedAt);
        json.WriteBoolean("allowCleanup"u8, task.AllowCleanup);
        json.WriteBoolean("includeWatermark"u8, task.IncludeWatermark);
        json.WriteString("userFacingErrorMessage"u8, task.UserFacingErrorMessage);
        json.WriteBoolean("preferStreaming"u8, task.PreferStreaming);
        json.WriteEndObject();
    }

    /// <summary>Input and output are stored as the JSON that is sent. PHP has no empty map, so Nextcloud sends a list then.</summary>
    public static void WriteValues(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? values, OcsStyle style)
    {
        json.WritePropertyName(name);
        if (values is null)
            json.WriteNullValue();
        else
            json.WriteRawValue(values == "{}" && style.Profile == OcsProfile.Nextcloud ? "[]" : values, skipInputValidation: true);
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

/// <summary>
/// What the manual's own routes answer: its flat fields, with the status as a number, and beside them the task as on all
/// other routes.
/// </summary>
internal sealed record ManualTaskData(ProcessingTask Task) : OcsData
{
    /// <summary>The status that is shown.</summary>
    public ProcessingStatus Status { get; init; } = Task.Status;

    public static ManualTaskData Of(ProcessingTask task, ProcessingStatus status) => new(task) { Status = status };

    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteNumber("id"u8, Task.Id);
        json.WriteString("type"u8, Task.Type);
        json.WriteNumber("status"u8, (int)Status);
        json.WriteString("userId"u8, Task.UserId);
        json.WriteString("appId"u8, Task.AppId);
        json.WriteString("customId"u8, Task.CustomId);
        TaskData.WriteValues(json, "input"u8, Task.Input, style);
        TaskData.WriteValues(json, "output"u8, Task.Output, style);
        json.WritePropertyName("task"u8);
        TaskData.WriteTask(json, Task, Status, style);
        json.WriteEndObject();
    }
}

/// <summary><c>{"tasks": [task, …]}</c>.</summary>
internal sealed record TaskListData(IReadOnlyList<ProcessingTask> Tasks) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteStartArray("tasks"u8);
        foreach (var task in Tasks)
            TaskData.WriteTask(json, task, style);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}

/// <summary>What <c>next</c> answers: <c>{"task": …, "provider": {"name": ID}, "claim": NUMBER}</c>; Nextcloud has no claim.</summary>
internal sealed record ClaimedTaskData(ProcessingTask Task) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WritePropertyName("task"u8);
        TaskData.WriteTask(json, Task, style);
        json.WriteStartObject("provider"u8);
        // The provider's id, under this name: llm2 finds its model by it.
        json.WriteString("name"u8, Task.ProviderId);
        json.WriteEndObject();
        json.WriteNumber("claim"u8, Task.Claim);
        json.WriteEndObject();
    }
}

/// <summary>What <c>next_batch</c> answers; here the provider is a bare id.</summary>
internal sealed record ClaimedBatchData(IReadOnlyList<ProcessingTask> Tasks, bool HasMore) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteStartArray("tasks"u8);
        foreach (var task in Tasks)
        {
            json.WriteStartObject();
            json.WritePropertyName("task"u8);
            TaskData.WriteTask(json, task, style);
            json.WriteString("provider"u8, task.ProviderId);
            json.WriteNumber("claim"u8, task.Claim);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, HasMore);
        json.WriteEndObject();
    }
}

/// <summary>What <c>queue_stats</c> answers.</summary>
internal sealed record QueueStatsData(int Scheduled, int Running) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteNumber("scheduled_count"u8, Scheduled);
        json.WriteNumber("running_count"u8, Running);
        json.WriteEndObject();
    }
}

/// <summary><c>{"fileId": …}</c>, what an upload answers.</summary>
internal sealed record UploadedFileData(long FileId) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteNumber("fileId"u8, FileId);
        json.WriteEndObject();
    }
}

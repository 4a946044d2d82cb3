using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary><c>{"task": …}</c>, Nextcloud's answer for one task.</summary>
internal sealed record TaskData(ProcessingTask Task) : OcsData
{
    /// <summary>The status that is shown.</summary>
    public ProcessingStatus Status { get; init; } = Task.Status;

    public static TaskData Of(ProcessingTask task, ProcessingStatus status) => new(task) { Status = status };

    /// <summary>True when this call made the task. Nextcloud shows no progress then, and 0 in later answers.</summary>
    public bool IsNew { get; init; }

    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WritePropertyName("task"u8);
        style.Tasks.Write(json, Task, Status, IsNew);
        json.WriteEndObject();
    }
}

/// <summary>
/// The answer of the manual's own routes: its flat fields, with the status as a number, and beside them the task as on
/// all other routes.
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
        style.Tasks.WriteValues(json, "input"u8, Task.Input);
        style.Tasks.WriteValues(json, "output"u8, Task.Output);
        json.WritePropertyName("task"u8);
        style.Tasks.Write(json, Task, Status);
        json.WriteEndObject();
    }
}

/// <summary>
/// The answer of <c>next</c>: <c>{"task": …, "provider": {"name": ID}, "claim": NUMBER}</c>, and <c>traceparent</c> for a task that was
/// scheduled in a trace. Nextcloud has neither claim nor trace.
/// </summary>
internal sealed record ClaimedTaskData(ProcessingTask Task) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WritePropertyName("task"u8);
        style.Tasks.Write(json, Task);
        json.WriteStartObject("provider"u8);
        // The provider's id, under this name: llm2 finds its model by it.
        json.WriteString("name"u8, Task.ProviderId);
        json.WriteEndObject();
        WriteClaim(json, Task);
        json.WriteEndObject();
    }

    public static void WriteClaim(Utf8JsonWriter json, ProcessingTask task)
    {
        json.WriteNumber("claim"u8, task.Claim);
        if (task.TraceParent is not null)
            json.WriteString("traceparent"u8, task.TraceParent);
    }
}

/// <summary>The answer of <c>next_batch</c>; here the provider is a bare id.</summary>
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
            style.Tasks.Write(json, task);
            json.WriteString("provider"u8, task.ProviderId);
            ClaimedTaskData.WriteClaim(json, task);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteBoolean("has_more"u8, HasMore);
        json.WriteEndObject();
    }
}

/// <summary>The answer of <c>queue_stats</c>.</summary>
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

/// <summary><c>{"fileId": …}</c>, the answer to an upload.</summary>
internal sealed record UploadedFileData(long FileId) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style)
    {
        json.WriteStartObject();
        json.WriteNumber("fileId"u8, FileId);
        json.WriteEndObject();
    }
}

using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Wire;

namespace TaskProcessing.Server.Cli;

/// <summary>The form in which commands show tasks.</summary>
internal static class TaskView
{
    public static string Name(ProcessingStatus status) => status.ToString().ToLowerInvariant();

    public static int WriteTable(TextWriter output, IEnumerable<ProcessingTask> tasks) =>
        Table.Write(
            output,
            ["ID", "TYPE", "STATUS", "PROGRESS", "USER", "APP", "SCHEDULED (UTC)"],
            tasks.Select(task =>
                new[]
                {
                    task.Id.ToString(CultureInfo.InvariantCulture),
                    task.Type,
                    Name(task.Status),
                    Progress(task),
                    Owner(task),
                    task.AppId,
                    Table.Time(task.ScheduledAt),
                }
            )
        );

    /// <summary>Everything about a task, a line each; unset properties are left out.</summary>
    public static int Write(TextWriter output, ProcessingTask task)
    {
        (string Name, string? Value)[] lines =
        [
            ("id", task.Id.ToString(CultureInfo.InvariantCulture)),
            ("type", task.Type),
            ("status", Name(task.Status)),
            ("progress", Progress(task)),
            ("user", Owner(task)),
            ("app", task.AppId),
            ("custom id", task.CustomId),
            ("provider", task.ProviderId),
            ("scheduled", Table.Time(task.ScheduledAt)),
            ("started", Table.Time(task.StartedAt)),
            ("ended", Table.Time(task.EndedAt)),
            ("webhook", task.WebhookUri),
            ("error", task.ErrorMessage),
            ("shown error", task.UserFacingErrorMessage),
            ("input", task.Input),
            ("output", task.Output),
        ];
        foreach (var (name, value) in lines.Where(line => !string.IsNullOrEmpty(line.Value)))
            output.WriteLine($"{name.PadRight(12)} {Table.Printable(value)}");
        return ExitCode.Ok;
    }

    /// <summary>The events of a task, a line each.</summary>
    public static int WriteHistory(TextWriter output, ProcessingTask task) =>
        Table.Write(
            output,
            ["TIME (UTC)", "EVENT", "BY", "DETAIL"],
            TaskHistory.Of(task).Select(one => new[] { Table.Time(one.At), one.Kind, one.Actor, one.Detail })
        );

    /// <summary>The task as the API shows it, and the properties that only operators see.</summary>
    public static JsonElement Json(ProcessingTask task, bool withHistory = false)
    {
        using var buffer = JsonBuffer.Take();
        var json = buffer.Json;
        json.WriteStartObject();
        TaskJson.Manual.WriteFields(json, task, task.Status);
        json.WriteString("guestAddress"u8, task.GuestAddress);
        json.WriteString("providerId"u8, task.ProviderId);
        json.WriteString("webhookUri"u8, task.WebhookUri);
        json.WriteString("webhookMethod"u8, task.WebhookMethod);
        json.WriteString("errorMessage"u8, task.ErrorMessage);
        if (withHistory)
            WriteHistory(json, TaskHistory.Of(task));
        json.WriteEndObject();
        return JsonElement.Parse(buffer.Written.Span);
    }

    private static void WriteHistory(Utf8JsonWriter json, IEnumerable<HistoryEntry> history)
    {
        json.WriteStartArray("history"u8);
        foreach (var one in history)
        {
            json.WriteStartObject();
            json.WriteString("at"u8, one.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
            json.WriteString("event"u8, one.Kind);
            json.WriteString("actor"u8, one.Actor);
            json.WriteString("detail"u8, one.Detail);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static string? Progress(ProcessingTask task) =>
        task.Progress is { } progress ? progress.ToString("P0", CultureInfo.InvariantCulture) : null;

    private static string? Owner(ProcessingTask task) => task.GuestAddress is { } address ? $"guest {address}" : task.UserId;
}

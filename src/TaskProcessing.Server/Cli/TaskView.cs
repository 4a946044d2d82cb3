using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Cli;

/// <summary>How commands show tasks.</summary>
internal static class TaskView
{
    public static string Name(ProcessingStatus status) => status.ToString().ToLowerInvariant();

    public static int WriteTable(TextWriter output, IEnumerable<ProcessingTask> tasks) => Table.Write(
        output,
        ["ID", "TYPE", "STATUS", "PROGRESS", "USER", "APP", "SCHEDULED (UTC)"],
        tasks.Select(task => new[]
        {
            task.Id.ToString(CultureInfo.InvariantCulture), task.Type, Name(task.Status), Progress(task), Owner(task), task.AppId, Table.Time(task.ScheduledAt),
        }));

    /// <summary>Everything about a task, a line each; what is not set is left out.</summary>
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
            output.WriteLine($"{name,-12} {Table.Printable(value)}");
        return ExitCode.Ok;
    }

    /// <summary>What happened to a task, a line for each event.</summary>
    public static int WriteHistory(TextWriter output, ProcessingTask task) => Table.Write(
        output,
        ["TIME (UTC)", "EVENT", "BY", "DETAIL"],
        TaskHistory.Of(task).Select(one => new[] { Table.Time(one.At), one.Kind, one.Actor, one.Detail }));

    /// <summary>As the API shows it, and beside that what only operators see.</summary>
    public static JsonNode Json(ProcessingTask task, bool withHistory = false)
    {
        var json = JsonSerializer.SerializeToNode(task.ToProtocol(), ProtocolJson.Default.ProtocolTask)!;
        json["guestAddress"] = task.GuestAddress;
        json["providerId"] = task.ProviderId;
        json["webhookUri"] = task.WebhookUri;
        json["webhookMethod"] = task.WebhookMethod;
        json["errorMessage"] = task.ErrorMessage;
        if (withHistory)
            json["history"] = new JsonArray([.. TaskHistory.Of(task).Select(JsonEvent)]);
        return json;
    }

    private static JsonObject JsonEvent(TaskEvent one) => new()
    {
        ["at"] = one.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ["event"] = one.Kind,
        ["actor"] = one.Actor,
        ["detail"] = one.Detail,
    };

    private static string? Progress(ProcessingTask task) =>
        task.Progress is { } progress ? progress.ToString("P0", CultureInfo.InvariantCulture) : null;

    private static string? Owner(ProcessingTask task) => task.GuestAddress is { } address ? $"guest {address}" : task.UserId;
}

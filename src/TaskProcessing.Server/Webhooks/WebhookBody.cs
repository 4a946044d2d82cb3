using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Whose form the tasks have that receivers read: the same as in the answers of the API, which decides it.</summary>
internal sealed class WebhookForm
{
    /// <summary>Whether it is Nextcloud's to the letter: progress 0 where there is none, a list for an empty map. Default false.</summary>
    public bool IsNextclouds { get; set; }
}

/// <summary>Writes what receivers read: <c>{"task": …}</c>, the task as in the answers of the API.</summary>
internal static class WebhookBody
{
    private static readonly JsonElement EmptyList = JsonElement.Parse("[]");

    public static string Of(ProcessingTask task, WebhookForm form)
    {
        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        buffer.Json.WritePropertyName("task"u8);
        JsonSerializer.Serialize(buffer.Json, form.IsNextclouds ? AsNextcloud(task.ToProtocol()) : task.ToProtocol(), ProtocolJson.Default.ProtocolTask);
        buffer.Json.WriteEndObject();
        return buffer.Text;
    }

    private static ProtocolTask AsNextcloud(ProtocolTask task) =>
        task with { Progress = task.Progress ?? 0, Input = AsNextcloud(task.Input), Output = task.Output is { } output ? AsNextcloud(output) : null };

    /// <summary>PHP has no empty map.</summary>
    private static JsonElement AsNextcloud(JsonElement values) =>
        values.ValueKind == JsonValueKind.Object && values.GetPropertyCount() == 0 ? EmptyList : values;
}

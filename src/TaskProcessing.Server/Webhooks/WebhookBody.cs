using System.Buffers;
using System.Text;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Webhooks;

/// <summary>Writes what receivers read: <c>{"task": …}</c>, the task as in the answers of the API.</summary>
internal static class WebhookBody
{
    public static string Of(ProcessingTask task)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, ProtocolJson.WriterOptions))
        {
            json.WriteStartObject();
            json.WritePropertyName("task"u8);
            JsonSerializer.Serialize(json, task.ToProtocol(), ProtocolJson.Default.ProtocolTask);
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}

using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Wire;

/// <summary>Makes the protocol's form of a stored task, for workers in this process. It reads the writer's JSON.</summary>
internal static class ProtocolTaskMapping
{
    public static ProtocolTask ToProtocol(this ProcessingTask task)
    {
        using var buffer = JsonBuffer.Take();
        TaskJson.Manual.Write(buffer.Json, task);
        return JsonSerializer.Deserialize(buffer.Written.Span, ProtocolJson.Default.ProtocolTask)!;
    }
}

using System.Buffers;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Sdk.Protocol;

/// <summary>
/// A buffer with a JSON writer. A thread keeps the last one, because making a buffer and its writer, and growing it,
/// costs more than writing a task. Dispose of it when its content is no longer needed.
/// </summary>
internal sealed class JsonBuffer : IDisposable
{
    /// <summary>Large JSON shall not hold on to memory for ever.</summary>
    private const int LargestKept = 256 * 1024;

    [ThreadStatic]
    private static JsonBuffer? _spare;

    private readonly ArrayBufferWriter<byte> _bytes = new(2048);

    private JsonBuffer() => Json = new Utf8JsonWriter(_bytes, ProtocolJson.WriterOptions);

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Json.Flush();
            return _bytes.WrittenMemory;
        }
    }

    public string Text => Encoding.UTF8.GetString(Written.Span);

    public static JsonBuffer Take()
    {
        var buffer = _spare ?? new JsonBuffer();
        _spare = null;
        return buffer;
    }

    public void Dispose()
    {
        if (_bytes.Capacity > LargestKept)
            return;

        _bytes.ResetWrittenCount();
        Json.Reset();
        _spare = this;
    }
}

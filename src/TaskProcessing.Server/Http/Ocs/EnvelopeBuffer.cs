using System.Buffers;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>
/// What an envelope is written into. A thread keeps the last one: to make a buffer and its writer costs more than to
/// write a small answer. Dispose it when the answer is sent.
/// </summary>
internal sealed class EnvelopeBuffer : IDisposable
{
    /// <summary>One large answer shall not hold on to memory for ever.</summary>
    private const int LargestKept = 256 * 1024;

    [ThreadStatic]
    private static EnvelopeBuffer? _spare;

    private readonly ArrayBufferWriter<byte> _bytes = new(2048);

    private EnvelopeBuffer() => Json = new Utf8JsonWriter(_bytes, ProtocolJson.WriterOptions);

    public Utf8JsonWriter Json { get; }

    public ReadOnlyMemory<byte> Written
    {
        get
        {
            Json.Flush();
            return _bytes.WrittenMemory;
        }
    }

    public static EnvelopeBuffer Take()
    {
        var buffer = _spare ?? new EnvelopeBuffer();
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

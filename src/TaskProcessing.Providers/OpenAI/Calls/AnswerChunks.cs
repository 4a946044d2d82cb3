using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>A piece of an answer: JSON, or a text where JSON should be.</summary>
/// <param name="Json">Holds until the next piece is read.</param>
/// <param name="Text">Text that is no JSON, with its end of line.</param>
/// <param name="IsError">True when the event is named an error.</param>
internal readonly record struct AnswerChunk(JsonDocument? Json, string? Text, bool IsError);

/// <summary>
/// Splits an answer into its pieces by its bytes alone: events, JSON line by line, one JSON over many lines, a text.
/// Content types are ignored, because servers get them wrong in either direction. The cost is linear.
/// </summary>
internal sealed class AnswerChunks
{
    /// <summary>The longest piece; a longer one would fill the memory.</summary>
    private const int MaxBytes = 16 * 1024 * 1024;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>JSON that has begun and continues in the next line.</summary>
    private readonly ArrayBufferWriter<byte> _begun = new();
    private JsonEnd _end;
    private bool _isErrorEvent;

    /// <summary>True after the mark that ends streams.</summary>
    public bool IsDone { get; private set; }

    /// <exception cref="BadAnswerException">It is longer than any answer, or JSON that breaks off.</exception>
    public async IAsyncEnumerable<AnswerChunk> ReadAsync(Stream answer, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var buffer = new byte[8 * 1024];
        var length = 0;
        var isFirst = true;
        while (!IsDone)
        {
            if (length == buffer.Length)
                Array.Resize(ref buffer, length < MaxBytes ? length * 2 : throw TooLong());
            var read = await answer.ReadAsync(buffer.AsMemory(length), cancellationToken);
            var scanned = length;
            length += read;
            var begin = isFirst && length >= 3 && buffer.AsSpan(0, length).StartsWith(Encoding.UTF8.Preamble) ? 3 : 0;
            isFirst &= length < 3;
            while (
                !IsDone && (LineEnd(buffer, Math.Max(begin, scanned), length) is var end and >= 0 || (read == 0 && (end = length) > begin))
            )
            {
                ReadOnlyMemory<byte> line = buffer.AsMemory(begin, end - begin);
                begin = scanned = Math.Min(end + 1, length);
                while (TakeJson(ref line) is { } chunk)
                    yield return chunk;
            }

            buffer.AsSpan(begin, length - begin).CopyTo(buffer);
            length -= begin;
            if (read == 0)
                break;
        }

        if (_begun.WrittenCount > 0 && !IsDone)
            Parse(_begun.WrittenMemory).Dispose();
    }

    public static BadAnswerException TooLong() => new($"The answer has more than {MaxBytes} bytes in one piece.");

    private static int LineEnd(byte[] buffer, int from, int to) =>
        buffer.AsSpan(from, to - from).IndexOfAny((byte)'\n', (byte)'\r') is var at and >= 0 ? from + at : -1;

    /// <summary>Takes the next piece from a line, or the beginning of a piece that later lines continue.</summary>
    private AnswerChunk? TakeJson(ref ReadOnlyMemory<byte> line)
    {
        var isData = StripField(ref line, "data:");
        // Some servers put their error into a field of that name, which events do not have.
        if (!isData && _begun.WrittenCount == 0 && StripField(ref line, "error:"))
            isData = _isErrorEvent = true;
        if (_begun.WrittenCount == 0)
        {
            if (isData && line.Span.Trim(" \t"u8).SequenceEqual("[DONE]"u8))
            {
                IsDone = true;
                return null;
            }

            if (!isData && IsOtherField(line))
                return null;
            if (line.Span.TrimStart(" \t"u8).IsEmpty)
                return null;
            if (line.Span.TrimStart(" \t"u8)[0] is not ((byte)'{' or (byte)'[' or (byte)'"'))
            {
                var text = Utf8.GetString(line.Span);
                line = default;
                return new AnswerChunk(null, isData ? text : text + "\n", TakeErrorEvent());
            }
        }

        if (line.IsEmpty && _begun.WrittenCount == 0)
            return null;

        var end = _end.Find(line.Span);
        if (end < 0)
        {
            _begun.Write(line.Span);
            _begun.Write("\n"u8);
            line = default;
            return _begun.WrittenCount <= MaxBytes ? null : throw TooLong();
        }

        var json = line[..end];
        line = line[end..];
        if (_begun.WrittenCount > 0)
        {
            _begun.Write(json.Span);
            json = _begun.WrittenSpan.ToArray();
            _begun.ResetWrittenCount();
        }

        return new AnswerChunk(Parse(json), null, TakeErrorEvent());
    }

    /// <summary>The name of an event holds for its data and no longer.</summary>
    private bool TakeErrorEvent()
    {
        var isError = _isErrorEvent;
        _isErrorEvent = false;
        return isError;
    }

    /// <summary>Comments and fields of events other than data.</summary>
    private bool IsOtherField(ReadOnlyMemory<byte> line)
    {
        if (StripField(ref line, "event:"))
        {
            _isErrorEvent = line.Span.Trim(" \t"u8).SequenceEqual("error"u8);
            return true;
        }

        return line.Span.StartsWith(":"u8) || StripField(ref line, "id:") || StripField(ref line, "retry:");
    }

    private static bool StripField(ref ReadOnlyMemory<byte> line, string name)
    {
        if (line.Length < name.Length || !Ascii.EqualsIgnoreCase(line.Span[..name.Length], name))
            return false;

        line = line[name.Length..];
        if (line.Span.StartsWith(" "u8))
            line = line[1..];
        return true;
    }

    private static JsonDocument Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            return JsonDocument.Parse(json);
        }
        catch (JsonException error)
        {
            var text = Utf8.GetString(json.Span);
            throw new BadAnswerException($"The answer is no JSON ({error.Message}): {Shorten.ToLine(text)}");
        }
    }

    /// <summary>Finds where a JSON value ends, over several lines.</summary>
    private struct JsonEnd
    {
        private int _depth;
        private bool _isInText;
        private bool _isEscaped;

        /// <returns>The position behind it, or -1 when it continues.</returns>
        public int Find(ReadOnlySpan<byte> bytes)
        {
            for (var at = 0; at < bytes.Length; at++)
            {
                if (_isEscaped)
                {
                    _isEscaped = false;
                    continue;
                }

                switch (bytes[at])
                {
                    case (byte)'\\' when _isInText:
                        _isEscaped = true;
                        continue;
                    case (byte)'"':
                        _isInText = !_isInText;
                        break;
                    case (byte)'{' or (byte)'[' when !_isInText:
                        _depth++;
                        continue;
                    case (byte)'}' or (byte)']' when !_isInText:
                        _depth--;
                        break;
                    default:
                        continue;
                }

                if (_depth > 0 || _isInText)
                    continue;

                this = default;
                return at + 1;
            }

            return -1;
        }
    }
}

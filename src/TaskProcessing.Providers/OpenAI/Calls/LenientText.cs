using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Joins texts of JSON that servers cut anywhere: between the bytes of a character, or between the halves of an escaped one.
/// Each piece alone is no valid text then, and the JSON library refuses to read it.
/// </summary>
internal sealed class LenientText
{
    /// <summary>The longest text; no working model writes more.</summary>
    private const int MaxCharacters = 4 * 1024 * 1024;

    private readonly StringBuilder _text = new();
    private readonly Decoder _decoder = Encoding.UTF8.GetDecoder();

    public int Length => _text.Length;

    /// <summary>The text of one piece.</summary>
    public static string Of(JsonElement text)
    {
        var whole = new LenientText();
        whole.Append(text);
        return whole.ToString();
    }

    public void Append(string text)
    {
        if (_text.Append(text).Length > MaxCharacters)
            throw TooLong();
    }

    /// <param name="text">A text of JSON.</param>
    /// <exception cref="BadAnswerException">It becomes too long.</exception>
    public void Append(JsonElement text)
    {
        var rest = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        while (!rest.IsEmpty)
        {
            var escape = rest.IndexOf((byte)'\\');
            Decode(escape < 0 ? rest : rest[..escape]);
            if (escape < 0)
                break;

            var kind = rest[escape + 1];
            _text.Append(kind is (byte)'u' ? CharacterOf(rest.Slice(escape + 2, 4)) : Unescaped(kind));
            rest = rest[(escape + (kind is (byte)'u' ? 6 : 2))..];
        }

        if (_text.Length > MaxCharacters)
            throw TooLong();
    }

    /// <summary>The text so far, without half a character at its end.</summary>
    public override string ToString() =>
        _text.Length > 0 && char.IsHighSurrogate(_text[^1]) ? _text.ToString(0, _text.Length - 1) : _text.ToString();

    private static BadAnswerException TooLong() => new($"The answer has more than {MaxCharacters} characters.");

    private static char CharacterOf(ReadOnlySpan<byte> digits) =>
        (char)ushort.Parse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);

    private static char Unescaped(byte kind) =>
        kind switch
        {
            (byte)'n' => '\n',
            (byte)'t' => '\t',
            (byte)'r' => '\r',
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            _ => (char)kind,
        };

    private void Decode(ReadOnlySpan<byte> bytes)
    {
        var characters = ArrayPool<char>.Shared.Rent(bytes.Length + 1);
        _text.Append(characters, 0, _decoder.GetChars(bytes, characters, flush: false));
        ArrayPool<char>.Shared.Return(characters);
    }
}

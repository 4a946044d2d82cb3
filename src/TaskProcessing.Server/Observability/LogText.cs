using System.Buffers;
using System.Globalization;
using System.Text;

namespace TaskProcessing.Server.Observability;

/// <summary>
/// Makes text from outside safe for a log line: it cannot begin a line, control a terminal or change the direction of the
/// text around it, and it is cut.
/// </summary>
internal static class LogText
{
    /// <summary>The longest value, in characters. Reasons for failures are longer than names.</summary>
    public const int LongestValue = 2000;

    /// <summary>The longest exception, in characters, with its stack trace.</summary>
    public const int LongestException = 16_000;

    /// <summary>Control characters, other ends of lines, marks of direction, and halves of surrogate pairs.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create([
        .. Range(0, 0x1f),
        .. Range(0x7f, 0x9f),
        '\u061c',
        '\u200e',
        '\u200f',
        .. Range(0x2028, 0x202e),
        .. Range(0x2066, 0x2069),
        '\ufeff',
        .. Range(0xd800, 0xdfff),
    ]);

    /// <summary>True for characters with an effect beyond their glyph. Halves of surrogate pairs are not checked here.</summary>
    public static bool IsSpecial(char character) => !char.IsSurrogate(character) && Special.Contains(character);

    /// <summary>The text on one line, cut.</summary>
    public static string Escape(string text) => Escape(text, LongestValue, keepsLines: false);

    /// <summary>The text with its lines, of which none but the first begins like one of the log, cut.</summary>
    public static string EscapeLines(string text) => Escape(text, LongestException, keepsLines: true);

    private static string Escape(string text, int longest, bool keepsLines)
    {
        if (text.Length <= longest && !text.AsSpan().ContainsAny(Special))
            return text;

        var plain = new StringBuilder(Math.Min(text.Length, longest) + 64);
        var shown = 0;
        foreach (var rune in text.AsSpan(0, Math.Min(text.Length, longest)).EnumerateRunes())
        {
            shown += rune.Utf16SequenceLength;
            if (rune.IsBmp && Special.Contains((char)rune.Value))
                Append(plain, (char)rune.Value, keepsLines);
            else
                plain.Append(rune);
        }

        if (shown < text.Length)
            plain.Append(CultureInfo.InvariantCulture, $"… ({text.Length - shown} characters more)");
        return plain.ToString();
    }

    private static void Append(StringBuilder plain, char special, bool keepsLines)
    {
        switch (special)
        {
            case '\n' when keepsLines:
                plain.Append("\n  ");
                break;
            case '\r' when keepsLines:
                break;
            case '\n':
                plain.Append("\\n");
                break;
            case '\r':
                plain.Append("\\r");
                break;
            case '\t':
                plain.Append("\\t");
                break;
            default:
                plain.Append(CultureInfo.InvariantCulture, $"\\u{(int)special:x4}");
                break;
        }
    }

    private static IEnumerable<char> Range(int first, int last) => Enumerable.Range(first, last - first + 1).Select(code => (char)code);
}

using System.Globalization;
using System.Text;

namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>The kind of script of a character; <see cref="Unspaced"/> scripts put no spaces between words.</summary>
internal enum Script
{
    None,
    Spaced,
    Han,
    Katakana,
    Hiragana,
    Unspaced,
}

/// <summary>Properties of single characters. The server runs without culture data, so these need none.</summary>
internal static class Letters
{
    private const string Accented = "àáâãåāăąçćčďđèéêëēėęěğìíîïīįıłñńňòóôõøōőŕřśšşșťţțùúûūůűųýÿžźżäöü";
    private const string Plain = "aaaaaaaacccddeeeeeeeegiiiiiiilnnnooooooorrsssstttuuuuuuuyyzzzaou";

    private static readonly Dictionary<char, char> Folding = Accented.Zip(Plain).ToDictionary(pair => pair.First, pair => pair.Second);

    public static bool IsTerminator(char c) =>
        c is '.' or '!' or '?' or '…' or '؟' or '۔' or '।' or '॥' or '։' or '።' or '‼' or '⁇' or '⁈' or '⁉' || IsWideTerminator(c);

    /// <summary>Ends a sentence without a space after it.</summary>
    public static bool IsWideTerminator(char c) => c is '。' or '！' or '？' or '｡';

    public static bool IsCloser(char c) =>
        c is '"' or '\'' or '”' or '’' or '“' or '»' or '«' or '›' or '‹' or ')' or ']' or '}' or '」' or '』' or '）' or '》' or '】';

    public static bool IsOpener(char c) =>
        c
            is '"'
                or '\''
                or '“'
                or '„'
                or '‘'
                or '‚'
                or '«'
                or '»'
                or '‹'
                or '›'
                or '('
                or '['
                or '¿'
                or '¡'
                or '「'
                or '『'
                or '（'
                or '《'
                or '*'
                or '_';

    public static Script ScriptOf(Rune rune)
    {
        var value = rune.Value;
        if (value < 0x80)
            return char.IsAsciiLetterOrDigit((char)value) ? Script.Spaced : Script.None;
        if (!Rune.IsLetterOrDigit(rune))
            return IsMark(rune) ? ScriptOfBlock(value) : Script.None;
        return ScriptOfBlock(value);
    }

    /// <summary>Belongs to the letter before it.</summary>
    public static bool IsMark(Rune rune) =>
        rune.Value >= 0x300
        && Rune.GetUnicodeCategory(rune)
            is UnicodeCategory.NonSpacingMark
                or UnicodeCategory.SpacingCombiningMark
                or UnicodeCategory.EnclosingMark;

    /// <summary>Lower-case text without Latin diacritics, combining accents and Arabic vowel signs.</summary>
    public static string Fold(string lower)
    {
        if (Ascii.IsValid(lower))
            return lower;

        var folded = new StringBuilder(lower.Length);
        foreach (var c in lower)
        {
            if (c is (>= '\u0300' and <= '\u036F') or (>= '\u064B' and <= '\u0652') or '\u0640')
                continue;
            if (c == 'ß')
                folded.Append("ss");
            else
                folded.Append(Folding.GetValueOrDefault(c, c));
        }

        return folded.ToString();
    }

    /// <summary>The text with runs of white space made one space; none between two ideographs, where it is a line break only.</summary>
    public static string Squeeze(ReadOnlySpan<char> text)
    {
        var squeezed = new StringBuilder(text.Length);
        var pending = false;
        foreach (var c in text)
        {
            if (char.IsWhiteSpace(c) || char.IsControl(c))
            {
                pending = squeezed.Length > 0;
                continue;
            }

            if (pending && !(IsIdeographic(squeezed[^1]) && IsIdeographic(c)))
                squeezed.Append(' ');
            pending = false;
            squeezed.Append(c);
        }

        return squeezed.ToString();
    }

    /// <summary>A character of Chinese or Japanese writing, punctuation included.</summary>
    public static bool IsIdeographic(char c) =>
        c is (>= '\u3001' and <= '\u30FF') or (>= '\u3400' and <= '\u9FFF') or (>= '\uFF01' and <= '\uFF60');

    private static Script ScriptOfBlock(int value) =>
        value switch
        {
            (>= 0x3400 and <= 0x4DBF) or (>= 0x4E00 and <= 0x9FFF) or (>= 0xF900 and <= 0xFAFF) or (>= 0x20000 and <= 0x3FFFF) or 0x3005 =>
                Script.Han,
            >= 0x3040 and <= 0x309F => Script.Hiragana,
            >= 0x30A0 and <= 0x30FF => Script.Katakana,
            (>= 0x0E00 and <= 0x0EFF) or (>= 0x1000 and <= 0x109F) or (>= 0x1780 and <= 0x17FF) => Script.Unspaced,
            _ => Script.Spaced,
        };
}

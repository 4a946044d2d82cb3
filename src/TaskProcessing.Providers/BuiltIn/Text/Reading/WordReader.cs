using System.Text;

namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>
/// Reads the words of a stretch of text: letters, digits and marks, with hyphens, apostrophes and decimal points inside.
/// A run of one unspaced script is one word here; callers that need smaller ones split it.
/// </summary>
internal ref struct WordReader(ReadOnlySpan<char> text)
{
    private readonly ReadOnlySpan<char> _text = text;
    private int _at;

    public int Start { get; private set; }

    public int Length { get; private set; }

    public Script Script { get; private set; }

    /// <summary>Something other than white space stands between this word and the one before.</summary>
    public bool IsApart { get; private set; }

    public readonly ReadOnlySpan<char> Word => _text.Slice(Start, Length);

    public bool Next()
    {
        IsApart = false;
        while (_at < _text.Length)
        {
            Rune.DecodeFromUtf16(_text[_at..], out var rune, out var width);
            Script = Letters.ScriptOf(rune);
            if (Script != Script.None && !Letters.IsMark(rune))
            {
                Start = _at;
                ReadWord();
                return true;
            }

            IsApart |= !Rune.IsWhiteSpace(rune);
            _at += width;
        }

        return false;
    }

    private void ReadWord()
    {
        while (_at < _text.Length)
        {
            Rune.DecodeFromUtf16(_text[_at..], out var rune, out var width);
            if (Letters.ScriptOf(rune) == Script || Letters.IsMark(rune))
                _at += width;
            else if (Script == Script.Spaced && IsJoint())
                _at += 1;
            else
                break;

            if (Script == Script.Spaced && IsElision())
                break;
        }

        Length = _at - Start;
    }

    /// <summary>A hyphen or apostrophe between letters, a point or comma between digits.</summary>
    private readonly bool IsJoint()
    {
        var joint = _text[_at];
        if (_at == Start || _at + 1 >= _text.Length)
            return false;
        var (before, after) = (_text[_at - 1], _text[_at + 1]);
        return joint switch
        {
            '-' or '\u2011' or '\u00AD' or '\u200C' or '\'' or '’' => char.IsLetterOrDigit(before) && char.IsLetterOrDigit(after),
            '.' or ',' => char.IsAsciiDigit(before) && char.IsAsciiDigit(after),
            _ => false,
        };
    }

    /// <summary>French and Italian: "l'" and "dell'" are words of their own, "don't" is one word, "O'Brien" too.</summary>
    private readonly bool IsElision()
    {
        if (_text[_at - 1] is not ('\'' or '’'))
            return false;
        var prefix = _text[Start..(_at - 1)];
        return prefix.Length == 1 && "ldjmtsncLDJMTSNC".Contains(prefix[0])
            || prefix.Length is >= 2 and <= 7
                && prefix[^1] is 'u' or 'l'
                && IsAny(prefix, "qu", "jusqu", "lorsqu", "puisqu", "dell", "nell", "sull", "all", "dall", "quell");
    }

    private static bool IsAny(ReadOnlySpan<char> prefix, params ReadOnlySpan<string> words)
    {
        foreach (var word in words)
        {
            if (prefix.Equals(word, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }
}

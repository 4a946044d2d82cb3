using System.Buffers;

namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>A way to write a word, and the term that it shares with the word's other forms.</summary>
internal sealed record Word(string Surface, string Lower, int Term, Script Script, bool IsStop, bool IsCapital, bool IsNumber);

/// <summary>The words of one text, each analysed once.</summary>
internal sealed class Vocabulary(Language language)
{
    /// <summary>Chinese words of one character that carry grammar rather than sense.</summary>
    private static readonly SearchValues<char> HanStops = SearchValues.Create(
        "的了是在和与與及也都就而但或被把从從向对對为為以于於其之这這那个個们們我你他她它不有到说說会會要上下中来來去着過过很還还又再更最每所由给給让讓用等者一二三四五六七八九十百千万億亿"
    );

    private readonly Dictionary<string, Word> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _terms = new(StringComparer.Ordinal);

    public int Terms => _terms.Count;

    public Word Get(ReadOnlySpan<char> surface, Script script)
    {
        if (script == Script.Spaced)
            surface = surface.TrimEnd("'’");
        var lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();
        if (lookup.TryGetValue(surface, out var word))
            return word;
        word = Create(surface.ToString(), script);
        _words.Add(word.Surface, word);
        return word;
    }

    private Word Create(string surface, Script script)
    {
        var lower = surface.ToLowerInvariant();
        var stem = language.Stem(lower);
        if (!_terms.TryGetValue(stem, out var term))
            _terms.Add(stem, term = _terms.Count);
        var isNumber = char.IsDigit(lower[0]) && !lower.Any(char.IsLetter);
        return new Word(surface, lower, term, script, IsStop(lower, script), char.IsUpper(surface[0]), isNumber);
    }

    private bool IsStop(string lower, Script script) =>
        script switch
        {
            Script.Hiragana => true,
            Script.Han => lower.Length == 1 || lower.AsSpan().IndexOfAny(HanStops) >= 0,
            Script.Spaced => lower.Length == 1
                || language.StopWords.Contains(lower)
                || language.StopWords.Contains(lower.Replace('’', '\'')),
            _ => lower.Length == 1,
        };
}

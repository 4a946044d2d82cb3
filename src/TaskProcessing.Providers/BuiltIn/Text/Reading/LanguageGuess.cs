namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>Tells a text's language by the stop words in it; a word that several languages share counts less.</summary>
internal static class LanguageGuess
{
    private const int Samples = 8;
    private const int SampleLength = 4096;

    private static readonly Dictionary<string, List<Language>> LanguagesByWord = Language
        .All.SelectMany(language => language.StopWords.Select(word => (word, language)))
        .GroupBy(entry => entry.word, entry => entry.language)
        .ToDictionary(group => group.Key, group => group.ToList());

    public static Language Of(string text)
    {
        var scores = new Dictionary<Language, double>();
        var words = 0;
        var step = Math.Max(SampleLength, text.Length / Samples);
        for (var at = 0; at < text.Length; at += step)
            words += Score(text.AsSpan(at, Math.Min(SampleLength, text.Length - at)), scores);

        if (scores.Count == 0)
            return Language.Unknown;
        var (best, score) = scores.MaxBy(entry => entry.Value);

        // Running text has a stop word among every three words; less than one in twelve is chance.
        return score * 12 >= words ? best : Language.Unknown;
    }

    private static int Score(ReadOnlySpan<char> sample, Dictionary<Language, double> scores)
    {
        var lookup = LanguagesByWord.GetAlternateLookup<ReadOnlySpan<char>>();
        Span<char> lower = stackalloc char[32];
        var words = 0;
        var reader = new WordReader(sample);
        while (reader.Next())
        {
            words++;
            var word = reader.Word.TrimEnd("'’");
            if (word.Length > lower.Length || !lookup.TryGetValue(lower[..word.ToLowerInvariant(lower)], out var languages))
                continue;
            foreach (var language in languages)
                scores[language] = scores.GetValueOrDefault(language) + (1.0 / languages.Count);
        }

        return words;
    }
}

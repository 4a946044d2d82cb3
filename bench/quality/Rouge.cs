using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Quality;

/// <summary>
/// The similarity of a text to a reference: the F-score of shared words, of shared pairs of neighbours, and of the
/// longest sequence of words that both have in order.
/// </summary>
internal readonly record struct Rouge(double One, double Two, double Longest)
{
    public static Rouge Of(string text, string reference)
    {
        var (mine, theirs) = (Words(text), Words(reference));
        return new(Shared(mine, theirs, 1), Shared(mine, theirs, 2), F(LongestCommon(mine, theirs), mine.Count, theirs.Count));
    }

    public static Rouge Average(IReadOnlyCollection<Rouge> scores) =>
        new(scores.Average(score => score.One), scores.Average(score => score.Two), scores.Average(score => score.Longest));

    /// <summary>Words in lower case, not reduced to stems; where no spaces are, each character is one.</summary>
    internal static List<string> Words(string text)
    {
        var words = new List<string>();
        var reader = new WordReader(text);
        while (reader.Next())
        {
            var word = reader.Word.ToString().ToLowerInvariant();
            if (reader.Script == Script.Spaced)
                words.Add(word);
            else
                words.AddRange(word.EnumerateRunes().Select(rune => rune.ToString()));
        }

        return words;
    }

    /// <summary>A sequence that both have several times counts as often as the one that has it less often.</summary>
    private static double Shared(List<string> mine, List<string> theirs, int length)
    {
        var (my, their) = (Sequences(mine, length), Sequences(theirs, length));
        var shared = my.Sum(entry => Math.Min(entry.Value, their.GetValueOrDefault(entry.Key)));
        return F(shared, my.Values.Sum(), their.Values.Sum());
    }

    private static Dictionary<string, int> Sequences(List<string> words, int length) =>
        Enumerable
            .Range(0, Math.Max(0, words.Count - length + 1))
            .Select(at => string.Join(' ', words.GetRange(at, length)))
            .CountBy(sequence => sequence)
            .ToDictionary();

    private static int LongestCommon(List<string> mine, List<string> theirs)
    {
        var row = new int[theirs.Count + 1];
        foreach (var word in mine)
        {
            var diagonal = 0;
            for (var i = 1; i <= theirs.Count; i++)
                (diagonal, row[i]) = (row[i], word == theirs[i - 1] ? diagonal + 1 : Math.Max(row[i], row[i - 1]));
        }

        return row[^1];
    }

    private static double F(int shared, int mine, int theirs) => shared == 0 ? 0 : 2.0 * shared / (mine + theirs);
}

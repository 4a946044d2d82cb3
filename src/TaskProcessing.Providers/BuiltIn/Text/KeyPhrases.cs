using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Finds the key phrases of a text, best first.</summary>
internal static class KeyPhrases
{
    private const int WordlessLength = 80;
    private const double MuchMoreOften = 2.5;

    /// <summary>The key phrases with commas between, three to ten of them if the text has as many.</summary>
    public static string List(string text, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var reporter = new ProgressReporter(progress, cancellationToken);
        var phrases = Find(text, reporter);
        reporter.Finish();
        return phrases.Count > 0 ? string.Join(", ", phrases) : Shortened.AtSpace(Letters.Squeeze(text), WordlessLength);
    }

    private static List<string> Find(string text, ProgressReporter reporter)
    {
        var document = TextDocument.Read(text, reporter);
        reporter.Part(0.4, 0.6);
        var classes = new WordClasses(document, reporter);
        reporter.Part(0.6, 0.9);
        var tally = new PhraseTally(document, classes);
        tally.Count(reporter);
        reporter.Part(0.9, 1);

        var counts = document.CountTerms();
        foreach (var phrase in tally.Phrases)
            phrase.Score = Score(phrase, document, counts);
        var casing = new PhraseCasing(document, classes);
        return
        [
            .. Choose(tally.Phrases, LengthFor(document.Tokens.Count)).Select(casing.Write).DistinctBy(phrase => phrase.ToLowerInvariant()),
        ];
    }

    private static int LengthFor(int words) =>
        words switch
        {
            < 40 => 3,
            < 120 => 4,
            < 300 => 5,
            < 700 => 8,
            _ => 10,
        };

    /// <summary>
    /// Repetition makes a topic, and a phrase of several words says more than one word. A phrase that occurs only once
    /// must be a name or consist of words that the text repeats.
    /// </summary>
    private static double Score(Phrase phrase, TextDocument document, int[] counts)
    {
        var isWide = document.Text[phrase.Places[0].Start] >= '\u0E00';
        var strength = phrase.Terms.Average(term => Math.Min(counts[term], 4 * Math.Max(0.0, phrase.Count - phrase.Nested)));
        var length = phrase.Words switch
        {
            1 => 1,
            2 => 2.2,
            3 => 2.5,
            _ => isWide ? 2.7 : 2.2,
        };
        var once =
            phrase.Words == 1 ? 0.6
            : phrase.IsName ? 0.5
            : phrase.Words == 2 ? 0.3
            : 0;
        var count = phrase.Count > 1 ? phrase.Count - (0.8 * phrase.Nested) : once;
        var early = 1 + (0.5 * Math.Exp(-4.0 * phrase.FirstSentence / document.Sentences.Count));
        var spread = 1 + (0.25 * Math.Log2(phrase.Blocks));
        return (count * length + (0.35 * strength))
            * early
            * spread
            * (phrase.IsName ? 1.15 : 1)
            * (phrase.Places[0].End - phrase.Places[0].Start < 4 && !isWide ? 0.7 : 1);
    }

    private static List<Phrase> Choose(IEnumerable<Phrase> phrases, int wanted)
    {
        var chosen = new List<Phrase>();
        foreach (
            var phrase in phrases
                .OrderByDescending(phrase => phrase.Score)
                .ThenBy(phrase => phrase.FirstSentence)
                .ThenByDescending(phrase => phrase.Words)
        )
        {
            if (chosen.Count == wanted)
                break;
            if (chosen.TrueForAll(other => AddsTo(other, phrase)))
                chosen.Add(phrase);
        }

        return chosen;
    }

    /// <summary>True when a phrase adds to the other: no shared word, or a part that occurs elsewhere too.</summary>
    private static bool AddsTo(Phrase other, Phrase phrase)
    {
        var shared = phrase.Terms.Count(other.Terms.Contains);
        if (shared == 0)
            return true;
        if (shared == phrase.Terms.Length)
            return phrase.Count > MuchMoreOften * other.Count && shared < other.Terms.Length;
        return phrase.Count > 1 && shared * 2 <= phrase.Terms.Length;
    }
}

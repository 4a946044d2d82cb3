using System.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Summarises a text by its own best sentences, in their order.</summary>
internal static class Summarizer
{
    private const int ShortText = 3;
    private const double NearDuplicate = 0.65;
    private const double Variety = 0.5;
    private const int WordlessLength = 200;

    /// <summary>The number of best sentences that are considered for each one that is taken; the rest never gets in.</summary>
    private const int ConsideredPerTaken = 20;

    /// <summary>Texts of up to three sentences come back as they are.</summary>
    public static string Summarize(string text, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var reporter = new ProgressReporter(progress, cancellationToken);
        var document = TextDocument.Read(text, reporter);
        var ranking = SentenceRanking.Of(document, reporter);
        var summary = ranking.Sentences.Count switch
        {
            0 => Shortened.AtSpace(Letters.Squeeze(text), WordlessLength),
            <= ShortText => text.Trim(),
            _ => Join(KeySentences(document, ranking)),
        };
        reporter.Finish();
        return summary;
    }

    /// <summary>The best sentences in their order, each as it stands in the text but for white space.</summary>
    internal static IEnumerable<string> KeySentences(TextDocument document, SentenceRanking ranking) =>
        Choose(ranking).Select(index => document.TextOf(ranking.Sentences[index]));

    /// <summary>
    /// About three in ten of a short text, ever fewer of a longer one: 2 of 5, 3 of 10, 5 of 20, 9 of 40, 12 from 320 on.
    /// </summary>
    internal static int LengthFor(int sentences) =>
        sentences switch
        {
            <= 10 => Math.Max(2, (int)Math.Round(sentences * 0.3)),
            <= 40 => 3 + ((sentences - 10) / 5),
            _ => Math.Min(12, 9 + (int)Math.Log2(sentences / 40.0)),
        };

    /// <summary>Takes the best sentence again and again, where likeness to those already taken costs score.</summary>
    private static List<int> Choose(SentenceRanking ranking)
    {
        var wanted = LengthFor(ranking.Sentences.Count);
        var pool = Enumerable
            .Range(0, ranking.Sentences.Count)
            .OrderByDescending(index => ranking.Scores[index])
            .Take(wanted * ConsideredPerTaken)
            .ToList();
        var likeness = new double[ranking.Sentences.Count];
        var taken = new List<int>();
        while (taken.Count < wanted && pool.Count > 0)
        {
            var best = pool.MaxBy(index => ranking.Scores[index] * (1 - (Variety * likeness[index])));
            taken.Add(best);
            foreach (var index in pool)
                likeness[index] = Math.Max(likeness[index], ranking.Similarity(index, best));
            pool.RemoveAll(index => index == best || likeness[index] > NearDuplicate);
        }

        taken.Sort();
        return taken;
    }

    private static string Join(IEnumerable<string> sentences)
    {
        var summary = new StringBuilder();
        foreach (var sentence in sentences)
        {
            if (summary.Length > 0)
                summary.Append(Separator(summary[^1]));
            summary.Append(sentence);
        }

        return summary.ToString();
    }

    /// <summary>A sentence without an end mark, such as a list item, gets a line of its own.</summary>
    private static string Separator(char last)
    {
        if (Letters.IsIdeographic(last))
            return "";
        return Letters.IsTerminator(last) || Letters.IsCloser(last) || last is ']' ? " " : "\n";
    }
}

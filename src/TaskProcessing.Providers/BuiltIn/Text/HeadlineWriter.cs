using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Finds one short headline: the text's own title if it has one, else its best sentence, cut down to its core.</summary>
internal static class HeadlineWriter
{
    private const int FewestTitleWords = 3;
    private const int Considered = 12;

    public static string Write(string text, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var reporter = new ProgressReporter(progress, cancellationToken);
        var document = TextDocument.Read(text, reporter);
        var trimmer = new HeadlineTrimmer(document.Language);
        var headline = trimmer.Trim(Title(document) ?? Best(document, trimmer, reporter) ?? Letters.Squeeze(text));
        reporter.Finish();
        return headline;
    }

    /// <summary>
    /// A heading at the very top with some content: three words or more, and the text contains one of them too.
    /// </summary>
    private static string? Title(TextDocument document)
    {
        if (document.Sentences is not [{ Kind: BlockKind.Heading, Words: >= FewestTitleWords } title, ..])
            return null;
        var terms = new HashSet<int>();
        foreach (var token in document.TokensOf(title))
        {
            if (!token.Word.IsStop)
                terms.Add(token.Word.Term);
        }

        return document.Tokens.Skip(title.EndToken).Any(token => terms.Contains(token.Word.Term)) ? document.TextOf(title) : null;
    }

    private static string? Best(TextDocument document, HeadlineTrimmer trimmer, ProgressReporter reporter)
    {
        var ranking = SentenceRanking.Of(document, reporter);
        var counts = document.CountTerms();
        return Enumerable
            .Range(0, ranking.Sentences.Count)
            .OrderByDescending(index => ranking.Scores[index])
            .Take(Considered)
            .Select(index => (Index: index, Text: document.TextOf(ranking.Sentences[index])))
            .Select(candidate => (candidate.Text, candidate.Index, Headline: trimmer.Trim(candidate.Text)))
            .OrderByDescending(candidate =>
                ranking.Scores[candidate.Index]
                * Lead(candidate.Index)
                * trimmer.Fitness(candidate.Headline)
                * Substance(candidate.Headline, document.TokensOf(ranking.Sentences[candidate.Index]), counts)
            )
            .Select(candidate => candidate.Text)
            .FirstOrDefault();
    }

    /// <summary>The share of the text's frequent terms that a shortened sentence keeps: 0.8 for none, 1 for all.</summary>
    private static double Substance(string kept, ReadOnlySpan<Token> tokens, int[] counts)
    {
        var (left, all) = (0.0, 0.0);
        foreach (var token in tokens)
        {
            if (token.Word.IsStop || token.Word.IsNumber)
                continue;
            var weight = Math.Log(counts[token.Word.Term]);
            all += weight;
            left += kept.Contains(token.Word.Surface, StringComparison.OrdinalIgnoreCase) ? weight : 0;
        }

        return all > 0 ? 0.8 + (0.2 * left / all) : 1;
    }

    /// <summary>Texts tend to begin with their subject.</summary>
    private static double Lead(int index) =>
        index switch
        {
            0 => 1.7,
            <= 2 => 1.15,
            _ => 1,
        };
}

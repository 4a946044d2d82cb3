using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>A text's sentences, headings apart, with a score each: the importance of the sentence for the whole.</summary>
internal sealed class SentenceRanking
{
    private const double MaxWords = 38;

    private readonly TextDocument _document;
    private readonly SentenceGraph _graph;

    private SentenceRanking(TextDocument document, List<Sentence> sentences, ProgressReporter reporter)
    {
        _document = document;
        Sentences = sentences;
        _graph = SentenceGraph.Build(document, sentences, reporter);
        Scores = Score(reporter);
    }

    public IReadOnlyList<Sentence> Sentences { get; }

    public IReadOnlyList<double> Scores { get; }

    public long Comparisons => _graph.Comparisons;

    public static SentenceRanking Of(TextDocument document, ProgressReporter reporter) =>
        new(document, document.Sentences.FindAll(sentence => sentence.Kind != BlockKind.Heading && sentence.Words > 0), reporter);

    public double Similarity(int one, int other) => _graph.Similarity(one, other);

    private double[] Score(ProgressReporter reporter)
    {
        var count = Sentences.Count;
        if (count == 0)
            return [];

        var lead = new double[count];
        var opens = new double[count];
        var title = Title();
        var prior = new double[count];
        for (var i = 0; i < count; i++)
        {
            lead[i] = Math.Exp(-i / Math.Max(2.5, count * 0.06));
            opens[i] = i == 0 || Sentences[i].Block != Sentences[i - 1].Block ? 1 : 0;
            prior[i] = 1 + (2 * lead[i]) + (0.3 * opens[i]) + (2 * Share(Sentences[i], title));
        }

        var rank = _graph.Rank(prior, reporter);
        return
        [
            .. Enumerable
                .Range(0, count)
                .Select(i =>
                    ((0.6 * rank[i]) + (0.3 * lead[i]) + (0.05 * opens[i]) + (0.15 * Share(Sentences[i], title))) * Fitness(Sentences[i])
                ),
        ];
    }

    /// <summary>The terms of the heading above the text, if there is one.</summary>
    private HashSet<int> Title()
    {
        var title = new HashSet<int>();
        if (_document.Sentences[0].Kind != BlockKind.Heading)
            return title;
        foreach (var token in _document.TokensOf(_document.Sentences[0]))
        {
            if (!token.Word.IsStop)
                title.Add(token.Word.Term);
        }

        return title;
    }

    private double Share(Sentence sentence, HashSet<int> title)
    {
        if (title.Count == 0)
            return 0;
        var shared = new HashSet<int>();
        foreach (var token in _document.TokensOf(sentence))
        {
            if (title.Contains(token.Word.Term))
                shared.Add(token.Word.Term);
        }

        return (double)shared.Count / title.Count;
    }

    /// <summary>The fitness of a sentence to stand alone, by its length and its first and last words.</summary>
    private double Fitness(Sentence sentence)
    {
        var tokens = _document.TokensOf(sentence);
        var isWide = tokens[0].Word.Script != Script.Spaced;
        var words = isWide ? tokens.Length / 1.6 : tokens.Length;
        var fitness =
            Substance(tokens)
            * words switch
            {
                > MaxWords * 2 => 0.5,
                > MaxWords => 0.85,
                _ => 1,
            };
        if (_document.Language.Anaphors.Contains(tokens[0].Word.Lower))
            fitness *= 0.75;
        if (Letters.IsOpener(_document.Text[sentence.Start]))
            fitness *= 0.85;
        return fitness
            * _document.Text[sentence.End - 1] switch
            {
                '?' or '？' or '؟' => 0.6,
                ':' or '：' => 0.4,
                _ => 1,
            };
    }

    /// <summary>A sentence of few words is easily similar to others, and says little: "Not everybody agrees."</summary>
    private static double Substance(ReadOnlySpan<Token> tokens)
    {
        var content = 0;
        foreach (var token in tokens)
            content += token.Word.IsStop ? 0 : 1;
        return content switch
        {
            < 3 => 0.35,
            3 => 0.5,
            4 => 0.7,
            < 7 => 0.9,
            _ => 1,
        };
    }
}

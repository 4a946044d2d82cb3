using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Quality;

/// <summary>A kind of text work: the server's answer, the naive baseline, and a person's answer.</summary>
internal sealed record TextWork(
    string Name,
    Func<string, string> Answer,
    Func<string, string> Baseline,
    Func<ReferenceText, string> Reference
)
{
    private const int LongestHeadline = 90;

    public static IReadOnlyList<TextWork> All { get; } =
    [
        new(
            "summary",
            text => Summarizer.Summarize(text, new Progress<double>(), CancellationToken.None),
            FirstSentences,
            text => text.Summary
        ),
        new(
            "headline",
            text => HeadlineWriter.Write(text, new Progress<double>(), CancellationToken.None),
            FirstSentence,
            text => text.Headline
        ),
        new("topics", text => KeyPhrases.List(text, new Progress<double>(), CancellationToken.None), MaxFrequentWords, text => text.Topics),
    ];

    public (Rouge Answer, Rouge Baseline) Measure(ReferenceText text) =>
        (Rouge.Of(Answer(text.Text), Reference(text)), Rouge.Of(Baseline(text.Text), Reference(text)));

    /// <summary>As many sentences as the summary has, from the top; headings are no sentences.</summary>
    private static string FirstSentences(string text)
    {
        var sentences = Sentences(text);
        return string.Join(' ', sentences.Take(Summarizer.LengthFor(sentences.Count)));
    }

    private static string FirstSentence(string text) => Shortened.AtSpace(Sentences(text)[0], LongestHeadline);

    /// <summary>As many words as there are topics, the most frequent first; no stop words.</summary>
    private static string MaxFrequentWords(string text)
    {
        var count = Rouge.Words(KeyPhrases.List(text, new Progress<double>(), CancellationToken.None)).Count;
        var words = Read(text)
            .Tokens.Where(token => !token.Word.IsStop)
            .CountBy(token => token.Word.Term)
            .OrderByDescending(entry => entry.Value)
            .Take(count)
            .Select(entry => Read(text).Tokens.First(token => token.Word.Term == entry.Key).Word.Surface);
        return string.Join(", ", words);
    }

    private static List<string> Sentences(string text)
    {
        var document = Read(text);
        return [.. document.Sentences.Where(sentence => sentence.Kind != BlockKind.Heading && sentence.Words > 0).Select(document.TextOf)];
    }

    private static TextDocument Read(string text) =>
        TextDocument.Read(text, new ProgressReporter(new Progress<double>(), CancellationToken.None));
}

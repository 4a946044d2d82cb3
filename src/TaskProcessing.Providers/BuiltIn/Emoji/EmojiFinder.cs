using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Emoji;

/// <summary>Finds the one emoji whose keywords fit a text best; always the same for the same text.</summary>
internal static class EmojiFinder
{
    /// <summary>
    /// For a text without any keyword: questions are recognised in every language, and any other text is a statement.
    /// </summary>
    private const string Question = "🤔";
    private const string Statement = "💬";

    public static string Find(string text, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var reporter = new ProgressReporter(progress, cancellationToken);
        var emoji = FindIn(LexiconsFor(text), text, reporter) ?? (text.AsSpan().IndexOfAny("?？؟") >= 0 ? Question : Statement);
        reporter.Finish();
        return emoji;
    }

    /// <summary>The best of the first step that has any.</summary>
    private static string? FindIn(List<EmojiLexicon[]> steps, string text, ProgressReporter reporter)
    {
        double all = steps.Sum(step => step.Length);
        var done = 0;
        foreach (var step in steps)
        {
            (string Emoji, double Score)? best = null;
            foreach (var lexicon in step)
            {
                reporter.Part(done / all, ++done / all);
                if (lexicon.Find(text, reporter) is { } found && !(found.Score <= best?.Score))
                    best = found;
            }

            if (best is not null)
                return best.Value.Emoji;
        }

        return null;
    }

    /// <summary>The lexicon of the text's language, then those of the other languages in the same kind of writing.</summary>
    private static List<EmojiLexicon[]> LexiconsFor(string text)
    {
        if (text.Any(c => c is >= '\u3040' and <= '\u30FF'))
            return
            [
                [EmojiLexicon.Of("ja")],
                [EmojiLexicon.Of("zh")],
            ];
        if (text.Any(Letters.IsIdeographic))
            return
            [
                [EmojiLexicon.Of("zh")],
                [EmojiLexicon.Of("ja")],
            ];

        var guess = LanguageGuess.Of(text);
        var others = Language.All.Where(language => language != guess).Select(language => EmojiLexicon.Of(language.Code)).ToArray();
        return guess == Language.Unknown
            ? [others]
            :
            [
                [EmojiLexicon.Of(guess.Code)],
                others,
            ];
    }
}

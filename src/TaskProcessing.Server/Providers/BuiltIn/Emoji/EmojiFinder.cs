using TaskProcessing.Server.Providers.BuiltIn.Text;
using TaskProcessing.Server.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Server.Providers.BuiltIn.Emoji;

/// <summary>Finds the one emoji whose keywords fit a text best; the same for the same text, always.</summary>
internal static class EmojiFinder
{
    /// <summary>Where no keyword is in the text: a question is one in every language, and anything else is something said.</summary>
    private const string Question = "🤔";
    private const string Statement = "💬";

    public static string Find(string text, IProgress<double> progress, CancellationToken cancellationToken)
    {
        var pace = new Pace(progress, cancellationToken);
        var emoji = FindIn(LexiconsFor(text), text, pace) ?? (text.AsSpan().IndexOfAny("?？؟") >= 0 ? Question : Statement);
        pace.Finish();
        return emoji;
    }

    /// <summary>The best of the first step that has any.</summary>
    private static string? FindIn(List<EmojiLexicon[]> steps, string text, Pace pace)
    {
        double all = steps.Sum(step => step.Length);
        var done = 0;
        foreach (var step in steps)
        {
            (string Emoji, double Score)? best = null;
            foreach (var lexicon in step)
            {
                pace.Part(done / all, ++done / all);
                if (lexicon.Find(text, pace) is { } found && !(found.Score <= best?.Score))
                    best = found;
            }

            if (best is not null)
                return best.Value.Emoji;
        }

        return null;
    }

    /// <summary>The lexicon of the text's language; where nobody knows it, or it has no fitting word, all that are written alike.</summary>
    private static List<EmojiLexicon[]> LexiconsFor(string text)
    {
        if (text.Any(c => c is >= '\u3040' and <= '\u30FF'))
            return [[EmojiLexicon.Of("ja")], [EmojiLexicon.Of("zh")]];
        if (text.Any(Letters.IsIdeographic))
            return [[EmojiLexicon.Of("zh")], [EmojiLexicon.Of("ja")]];

        var guess = LanguageGuess.Of(text);
        var others = Language.All.Where(language => language != guess).Select(language => EmojiLexicon.Of(language.Code)).ToArray();
        return guess == Language.Unknown ? [others] : [[EmojiLexicon.Of(guess.Code)], others];
    }
}

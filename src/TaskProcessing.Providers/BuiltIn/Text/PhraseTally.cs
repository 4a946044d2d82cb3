using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Counts all phrases of a text: sequences of content words without punctuation between, "of" and the like inside.</summary>
internal sealed class PhraseTally(TextDocument document, WordClasses classes)
{
    private const int MaxWords = 4;

    private readonly Dictionary<PhraseKey, Phrase> _phrases = [];

    public IReadOnlyCollection<Phrase> Phrases => _phrases.Values;

    public void Count(ProgressReporter reporter)
    {
        for (var number = 0; number < document.Sentences.Count; number++)
        {
            var sentence = document.Sentences[number];
            reporter.Step(sentence.End, document.Text.Length);
            var tokens = document.TokensOf(sentence);
            for (var first = 0; first < tokens.Length; first++)
            {
                if (classes.CanBound(tokens[first].Word))
                    CountFrom(first, number, sentence, tokens);
            }
        }

        foreach (var (key, phrase) in _phrases)
            Nest(key, phrase);
    }

    /// <summary>A part of a repeated phrase is no topic for the times that it stands there.</summary>
    private void Nest(PhraseKey key, Phrase phrase)
    {
        if (phrase.Count < 2 || phrase.Words < 2)
            return;
        NestIn(key.WithoutFirst(), phrase.Count);
        NestIn(key.WithoutLast(), phrase.Count);
        foreach (var term in phrase.Terms)
            NestIn(new PhraseKey(term, -1, -1, -1, -1), phrase.Count);
    }

    private void NestIn(PhraseKey part, int count)
    {
        if (_phrases.TryGetValue(part, out var phrase))
            phrase.Nested = Math.Max(phrase.Nested, count);
    }

    private void CountFrom(int first, int number, Sentence sentence, ReadOnlySpan<Token> tokens)
    {
        var words = 0;
        for (var last = first; last < tokens.Length && last - first < PhraseKey.Longest; last++)
        {
            var word = tokens[last].Word;
            if (last > first && !Joins(tokens[last - 1], tokens[last]))
                break;
            if (word.IsStop && !document.Language.Connectors.Contains(word.Lower))
                break;
            if (word.IsStop)
                continue;
            if (++words > MaxWords && word.Script == Script.Spaced)
                break;
            if (IsPhrase(tokens[first..(last + 1)]))
                See(tokens[first..(last + 1)], words, number, sentence, isFree: first > 0 && sentence.Kind != BlockKind.Heading);
        }
    }

    /// <summary>Pairs of characters must overlap to be one phrase; words with spaces must not have punctuation between.</summary>
    private static bool Joins(Token before, Token token) =>
        !token.IsApart
        && (before.Word.Script == Script.Spaced) == (token.Word.Script == Script.Spaced)
        && (token.Word.Script == Script.Spaced || token.Start <= before.End);

    private bool IsPhrase(ReadOnlySpan<Token> tokens)
    {
        var last = tokens[^1].Word;
        if (tokens.Length == 1)
            return classes.CanHead(last) && (last.Lower.Length > 2 || last.Script != Script.Spaced || last.Surface.All(char.IsUpper));
        if (!(classes.CanHead(last) || last.IsNumber && tokens[0].Word.IsCapital) || tokens[0].Word.IsNumber)
            return false;
        if (!document.Language.CapitalisesNouns || last.Script != Script.Spaced)
            return true;

        // One adjective with an ending, then nouns: "erneuerbare Energien", not "beschloss Radwege".
        for (var i = 1; i < tokens.Length; i++)
        {
            if (!tokens[i].Word.IsCapital && !tokens[i].Word.IsNumber)
                return false;
        }

        return tokens[0].Word.IsCapital || HasAdjectiveEnding(tokens[0].Word.Lower);
    }

    private static bool HasAdjectiveEnding(string word) =>
        word.Length > 4
        && (
            word.EndsWith('e')
            || word.EndsWith("en", StringComparison.Ordinal)
            || word.EndsWith("er", StringComparison.Ordinal)
            || word.EndsWith("es", StringComparison.Ordinal)
            || word.EndsWith("em", StringComparison.Ordinal)
        )
        && !word.EndsWith("te", StringComparison.Ordinal)
        && !word.EndsWith("ten", StringComparison.Ordinal);

    private void See(ReadOnlySpan<Token> tokens, int words, int number, Sentence sentence, bool isFree)
    {
        var key = PhraseKey.Of(tokens);
        if (!_phrases.TryGetValue(key, out var phrase))
        {
            var terms = new HashSet<int>();
            foreach (var token in tokens)
            {
                if (!token.Word.IsStop)
                    terms.Add(token.Word.Term);
            }

            _phrases.Add(key, phrase = new Phrase([.. terms], words, number));
        }

        phrase.See(sentence, tokens, isFree);
    }
}

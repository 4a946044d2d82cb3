using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>The terms of a phrase in their order; unused places are -1.</summary>
internal readonly record struct PhraseKey(int First, int Second, int Third, int Fourth, int Fifth)
{
    public const int Longest = 5;

    public static PhraseKey Of(ReadOnlySpan<Token> tokens) =>
        new(Term(tokens, 0), Term(tokens, 1), Term(tokens, 2), Term(tokens, 3), Term(tokens, 4));

    public PhraseKey WithoutFirst() => new(Second, Third, Fourth, Fifth, -1);

    public PhraseKey WithoutLast() =>
        (Second, Third, Fourth, Fifth) switch
        {
            (-1, _, _, _) => this,
            (_, -1, _, _) => this with { Second = -1 },
            (_, _, -1, _) => this with { Third = -1 },
            (_, _, _, -1) => this with { Fourth = -1 },
            _ => this with { Fifth = -1 },
        };

    private static int Term(ReadOnlySpan<Token> tokens, int at) => at < tokens.Length ? tokens[at].Word.Term : -1;
}

/// <summary>A phrase that may become a topic, with its occurrences.</summary>
internal sealed class Phrase(int[] terms, int words, int firstSentence)
{
    private const int MaxPlaces = 12;

    private int _lastBlock = -1;

    /// <summary>The terms of its content words, without repetition.</summary>
    public int[] Terms { get; } = terms;

    /// <summary>The number of its content words.</summary>
    public int Words { get; } = words;

    public int FirstSentence { get; } = firstSentence;

    public int Count { get; private set; }

    /// <summary>The number of occurrences that are only a part of one longer phrase that the text repeats.</summary>
    public int Nested { get; set; }

    public int Blocks { get; private set; }

    /// <summary>True when every occurrence has capitals where a common word would have none.</summary>
    public bool IsName { get; private set; } = true;

    /// <summary>Its places in the text; of many places only some.</summary>
    public List<(int Start, int End, bool IsFree)> Places { get; } = [];

    public double Score { get; set; }

    /// <param name="sentence">The sentence that contains it.</param>
    /// <param name="tokens">Its words.</param>
    /// <param name="isFree">The place does not demand a capital letter.</param>
    public void See(Sentence sentence, ReadOnlySpan<Token> tokens, bool isFree)
    {
        Count += sentence.Kind == BlockKind.Heading ? 2 : 1;
        if (sentence.Block != _lastBlock)
            Blocks++;
        _lastBlock = sentence.Block;
        IsName &= isFree && tokens[0].Word.IsCapital && tokens[^1].Word.IsCapital;
        if (Places.Count < MaxPlaces)
            Places.Add((tokens[0].Start, tokens[^1].End, isFree));
    }
}

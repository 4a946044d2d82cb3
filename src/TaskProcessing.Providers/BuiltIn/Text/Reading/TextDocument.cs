namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>A word at its place; IsApart is true when punctuation separates it from the word before.</summary>
internal readonly record struct Token(int Start, int Length, Word Word, bool IsApart)
{
    public int End => Start + Length;
}

/// <summary>A sentence and its words, tokens FirstToken up to EndToken.</summary>
internal readonly record struct Sentence(int Start, int End, int Block, int FirstToken, int EndToken, BlockKind Kind)
{
    public int Words => EndToken - FirstToken;
}

/// <summary>A text read once: language, blocks, sentences, words.</summary>
internal sealed class TextDocument
{
    /// <summary>A run of letters longer than this is no word in any language; it is taken in pieces.</summary>
    private const int LongestWord = 64;

    private readonly Vocabulary _vocabulary;

    private TextDocument(string text, Language language, ProgressReporter reporter)
    {
        Text = text;
        Language = language;
        _vocabulary = new Vocabulary(language);
        reporter.Part(0, 0.1);
        Blocks = Block.Split(text, reporter);
        reporter.Part(0.1, 0.2);
        var spans = new SentenceSplitter(language).Split(text, Blocks, reporter);
        reporter.Part(0.2, 0.4);
        foreach (var span in spans)
        {
            reporter.Step(span.End, text.Length);
            var first = Tokens.Count;
            ReadTokens(span);
            Sentences.Add(new Sentence(span.Start, span.End, span.Block, first, Tokens.Count, Blocks[span.Block].Kind));
        }
    }

    public string Text { get; }

    public Language Language { get; }

    public List<Block> Blocks { get; }

    public List<Sentence> Sentences { get; } = [];

    public List<Token> Tokens { get; } = [];

    /// <summary>The number of terms: terms are numbered from 0.</summary>
    public int Terms => _vocabulary.Terms;

    public static TextDocument Read(string text, ProgressReporter reporter) => new(text, LanguageGuess.Of(text), reporter);

    public string TextOf(Sentence sentence) => Letters.Squeeze(Text.AsSpan(sentence.Start, sentence.End - sentence.Start));

    public ReadOnlySpan<Token> TokensOf(Sentence sentence) =>
        System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Tokens)[sentence.FirstToken..sentence.EndToken];

    /// <summary>The number of occurrences of each term.</summary>
    public int[] CountTerms()
    {
        var counts = new int[Terms];
        foreach (var token in Tokens)
            counts[token.Word.Term]++;
        return counts;
    }

    private void ReadTokens(Span span)
    {
        var reader = new WordReader(Text.AsSpan(span.Start, span.End - span.Start));
        while (reader.Next())
        {
            var start = span.Start + reader.Start;
            if (reader.Script is Script.Han or Script.Unspaced)
                AddPairs(start, reader.Length, reader.Script, reader.IsApart);
            else
                AddPieces(start, reader.Length, reader.Script, reader.IsApart);
        }
    }

    /// <summary>Scripts without spaces: every two neighbouring characters stand for a word.</summary>
    private void AddPairs(int start, int length, Script script, bool isApart)
    {
        if (length == 1)
            Add(start, 1, script, isApart);
        for (var at = 0; at + 1 < length; at++)
        {
            if (!char.IsLowSurrogate(Text[start + at]))
                Add(start + at, PairLength(start + at, start + length), script, isApart && at == 0);
        }
    }

    private int PairLength(int start, int end)
    {
        var length = 0;
        for (var i = 0; i < 2 && start + length < end; i++)
            length += char.IsHighSurrogate(Text[start + length]) && start + length + 1 < end ? 2 : 1;
        return length;
    }

    private void AddPieces(int start, int length, Script script, bool isApart)
    {
        for (var at = 0; at < length; at += LongestWord)
            Add(start + at, Math.Min(LongestWord, length - at), script, isApart && at == 0);
    }

    private void Add(int start, int length, Script script, bool isApart) =>
        Tokens.Add(new Token(start, length, _vocabulary.Get(Text.AsSpan(start, length), script), isApart));
}

using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>
/// Guesses from their neighbours which terms name things. A noun follows an article or a preposition; a verb follows a
/// pronoun or precedes an article; in languages with capital nouns the capitals decide.
/// </summary>
internal sealed class WordClasses
{
    private readonly Language _language;
    private readonly int[] _naming;
    private readonly int[] _acting;
    private readonly bool[] _isCapital;
    private readonly bool[] _isLower;
    private readonly int[] _counted;
    private readonly int[] _seen;

    public WordClasses(TextDocument document, ProgressReporter reporter)
    {
        _language = document.Language;
        _naming = new int[document.Terms];
        _acting = new int[document.Terms];
        _isCapital = new bool[document.Terms];
        _isLower = new bool[document.Terms];
        _counted = new int[document.Terms];
        _seen = new int[document.Terms];
        foreach (var sentence in document.Sentences)
        {
            reporter.Step(sentence.End, document.Text.Length);
            var tokens = document.TokensOf(sentence);
            for (var i = 0; i < tokens.Length; i++)
                Classify(tokens, i, sentence.Kind);
        }
    }

    /// <summary>True when a phrase may begin or end with the word.</summary>
    public bool CanBound(Word word) =>
        !word.IsStop && (word.IsCapital || !_language.HasWeakEnding(word.Lower) && _acting[word.Term] <= _naming[word.Term]);

    /// <summary>
    /// True when a phrase may be about the word: any that can bound one, but where nouns have capitals only those.
    /// </summary>
    public bool CanHead(Word word) =>
        CanBound(word)
        && !word.IsNumber
        && !IsUnit(word)
        && !_language.Weekdays.Contains(word.Lower)
        && (
            !_language.CapitalisesNouns || word.Script != Script.Spaced || word.IsCapital && (_isCapital[word.Term] || !_isLower[word.Term])
        );

    /// <summary>True when the word was seen with a small first letter, so that a capital one is due to its place.</summary>
    public bool IsSeenLower(Word word) => _isLower[word.Term];

    /// <summary>
    /// True for words that mostly follow a number, such as "euros": units and counted things are seldom a topic.
    /// </summary>
    private bool IsUnit(Word word) => _counted[word.Term] > 0 && _counted[word.Term] * 2 >= _seen[word.Term];

    private void Classify(ReadOnlySpan<Token> tokens, int at, BlockKind kind)
    {
        var word = tokens[at].Word;
        if (!word.IsCapital)
            _isLower[word.Term] = true;
        else if (at > 0 && kind != BlockKind.Heading)
            _isCapital[word.Term] = true;

        _seen[word.Term]++;
        if (at > 0 && !tokens[at].IsApart)
        {
            var before = tokens[at - 1].Word.Lower;
            if (tokens[at - 1].Word.IsNumber)
                _counted[word.Term]++;
            if (_language.Determiners.Contains(before) || _language.Connectors.Contains(before))
                _naming[word.Term]++;
            else if (_language.VerbCues.Contains(before))
                _acting[word.Term]++;
        }

        if (at + 1 < tokens.Length && !tokens[at + 1].IsApart && IsArticle(tokens[at + 1].Word.Lower))
            _acting[word.Term]++;
    }

    /// <summary>"boats that had crossed" has no article: words that may start a clause or join a phrase are left out.</summary>
    private bool IsArticle(string word) =>
        _language.Determiners.Contains(word) && !_language.Connectors.Contains(word) && !_language.ClauseStarters.Contains(word);
}

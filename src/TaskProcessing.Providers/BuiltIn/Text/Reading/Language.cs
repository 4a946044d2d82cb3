using System.Collections.Frozen;
using System.Collections.Immutable;

namespace TaskProcessing.Providers.BuiltIn.Text.Reading;

/// <summary>
/// The words and rules of a language, read once from <c>Languages/{code}.txt</c>. All words are lower case; an
/// abbreviation written as <c>no#</c> counts as one only before a digit.
/// </summary>
internal sealed class Language
{
    private const string ResourceMark = ".Languages.";

    private readonly string[] _weakEndings;
    private readonly string[] _prefixes;
    private readonly (string Suffix, string Replacement)[] _suffixes;

    private Language(string code, ILookup<string, string> sections)
    {
        Code = code;
        Determiners = sections["determiners"].ToFrozenSet();
        VerbCues = sections["verb-cues"].ToFrozenSet();
        Connectors = sections["connectors"].ToFrozenSet();
        Prepositions = sections["prepositions"].ToFrozenSet();
        ClauseStarters = sections["clause-starters"].ToFrozenSet();
        LeadIns = sections["lead-ins"].ToFrozenSet();
        Reporting = sections["reporting"].ToFrozenSet();
        Anaphors = sections["anaphors"].ToFrozenSet();
        Abbreviations = sections["abbreviations"].ToFrozenSet();
        FinalAbbreviations = sections["final-abbreviations"].ToFrozenSet();
        Weekdays = sections["weekdays"].ToFrozenSet();
        DayParts = sections["day-parts"].ToFrozenSet();
        DayPrepositions = sections["day-prepositions"].ToFrozenSet();
        StopWords = sections["stop"]
            .Concat(Determiners)
            .Concat(VerbCues)
            .Concat(Connectors)
            .Concat(Prepositions)
            .Concat(ClauseStarters)
            .Concat(Reporting)
            .ToFrozenSet();
        Openers = Determiners.Concat(VerbCues).Concat(Prepositions).Concat(ClauseStarters).Concat(Anaphors).ToFrozenSet();
        HasOrdinals = sections["traits"].Contains("ordinals");
        CapitalisesNouns = sections["traits"].Contains("capital-nouns");
        IsVerbSecond = sections["traits"].Contains("verb-second");
        JoinsWords = sections["traits"].Contains("joined-words");
        _weakEndings = [.. sections["weak-endings"]];
        _prefixes = [.. sections["prefixes"].OrderByDescending(prefix => prefix.Length)];
        _suffixes =
        [
            .. sections["suffixes"]
                .Select(rule => rule.Split('>'))
                .Select(rule => (rule[0], rule[1]))
                .OrderByDescending(rule => rule.Item1.Length),
        ];
    }

    /// <summary>The fallback for languages without a file: no stop words, no word forms.</summary>
    public static Language Unknown { get; } = new("und", Array.Empty<string>().ToLookup(word => word));

    public static ImmutableArray<Language> All { get; } = [.. ReadAll()];

    public string Code { get; }

    public FrozenSet<string> StopWords { get; }

    public FrozenSet<string> Determiners { get; }

    /// <summary>Words after which a verb is likely, such as pronouns and auxiliaries.</summary>
    public FrozenSet<string> VerbCues { get; }

    /// <summary>Words that may stand inside a phrase, such as "of" in "quality of life".</summary>
    public FrozenSet<string> Connectors { get; }

    public FrozenSet<string> Prepositions { get; }

    /// <summary>Words that start a clause which a headline can do without.</summary>
    public FrozenSet<string> ClauseStarters { get; }

    /// <summary>First words of an opening, up to a comma, which a headline can do without.</summary>
    public FrozenSet<string> LeadIns { get; }

    /// <summary>Verbs that introduce a quotation.</summary>
    public FrozenSet<string> Reporting { get; }

    /// <summary>Words that, at the start of a sentence, lean on the sentence before.</summary>
    public FrozenSet<string> Anaphors { get; }

    /// <summary>Words that, with a capital letter, are likely the start of a sentence.</summary>
    public FrozenSet<string> Openers { get; }

    public FrozenSet<string> Abbreviations { get; }

    /// <summary>Abbreviations that may stand at the end of a sentence.</summary>
    public FrozenSet<string> FinalAbbreviations { get; }

    /// <summary>Words that name a day, around which DayPrepositions and DayParts may stand: "on Tuesday evening".</summary>
    public FrozenSet<string> Weekdays { get; }

    public FrozenSet<string> DayParts { get; }

    public FrozenSet<string> DayPrepositions { get; }

    /// <summary>A number with a full stop is an ordinal, as in "am 3. Oktober".</summary>
    public bool HasOrdinals { get; }

    public bool CapitalisesNouns { get; }

    /// <summary>Dropping an opening would leave the verb in front.</summary>
    public bool IsVerbSecond { get; }

    /// <summary>Makes one word of several, as in "Geburtstagskuchen".</summary>
    public bool JoinsWords { get; }

    /// <summary>
    /// A form that the word shares with its other forms: without diacritics, the longest prefix and the longest suffix that
    /// leave a stem of three letters or more. It need not be a word.
    /// </summary>
    public string Stem(string lowerWord)
    {
        // Short words lose more sense than they gain likeness; words with digits have no forms.
        if (lowerWord.Length < 4 || char.IsAsciiDigit(lowerWord[0]))
            return Letters.Fold(lowerWord);

        if (
            Array.Find(
                _prefixes,
                prefix => lowerWord.Length - prefix.Length >= 3 && lowerWord.StartsWith(prefix, StringComparison.Ordinal)
            ) is
            { } prefix
        )
            lowerWord = lowerWord[prefix.Length..];
        foreach (var (suffix, replacement) in _suffixes)
        {
            if (lowerWord.Length - suffix.Length + replacement.Length >= 3 && lowerWord.EndsWith(suffix, StringComparison.Ordinal))
                return Undouble(Letters.Fold(string.Concat(lowerWord.AsSpan(0, lowerWord.Length - suffix.Length), replacement)));
        }

        return Letters.Fold(lowerWord);
    }

    /// <summary>True when the word looks like an adverb or a form of a verb, hardly like the name of a topic.</summary>
    public bool HasWeakEnding(string lowerWord) =>
        lowerWord.Length > 5
        && Array.Exists(_weakEndings, ending => lowerWord.EndsWith(ending, StringComparison.Ordinal))
        && !lowerWord.EndsWith("eed", StringComparison.Ordinal);

    /// <summary>"planned" becomes "plann" becomes "plan"; other languages lose nothing by it.</summary>
    private static string Undouble(string stem) =>
        stem.Length > 4 && stem[^1] == stem[^2] && char.IsAsciiLetter(stem[^1]) ? stem[..^1] : stem;

    private static IEnumerable<Language> ReadAll()
    {
        var assembly = typeof(Language).Assembly;
        foreach (
            var name in assembly
                .GetManifestResourceNames()
                .Where(name => name.Contains(ResourceMark, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        )
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
            var code = Path.GetFileNameWithoutExtension(
                name[(name.IndexOf(ResourceMark, StringComparison.Ordinal) + ResourceMark.Length)..]
            );
            yield return new Language(code, ReadSections(reader.ReadToEnd()));
        }
    }

    private static ILookup<string, string> ReadSections(string file)
    {
        var section = "";
        var words = new List<(string Section, string Word)>();
        foreach (var line in file.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.StartsWith('#'))
                continue;
            if (line.StartsWith('['))
                section = line.Trim('[', ']');
            else
                words.AddRange(line.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(word => (section, word)));
        }

        return words.ToLookup(entry => entry.Section, entry => entry.Word);
    }
}

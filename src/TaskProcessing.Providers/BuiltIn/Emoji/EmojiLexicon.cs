using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using TaskProcessing.Providers.BuiltIn.Text;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Emoji;

/// <summary>
/// The emoji with their names in one language, read at first use from <c>Keywords/{code}.txt</c>. A keyword counts the
/// more, the fewer emoji it has.
/// </summary>
internal sealed class EmojiLexicon
{
    private const string ResourceMark = ".Emoji.Keywords.";
    private const double InName = 1.5;
    private const double PerKeyword = 0.04;
    private const double OtherForm = 0.85;
    private const double PartOfWord = 0.6;
    private const double OneCharacter = 0.8;
    private const double Written = 2;
    private const int ShortestPart = 4;
    private const int LongestWord = 64;

    /// <summary>From here on come emoji and the scripts that the text work reads without spaces, but for Thai and its neighbours.</summary>
    private const char FirstUnspaced = '\u2000';

    private static readonly ConcurrentDictionary<string, Lazy<EmojiLexicon>> Lexicons = new();

    private readonly Language _language;
    private readonly bool _isSpaced;
    private readonly List<string> _emoji = [];
    private readonly Dictionary<string, Dictionary<int, double>> _emojiByTerm = [];
    private readonly HashSet<string> _forms = [];
    private readonly Dictionary<string, Dictionary<int, double>>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int _longest;

    private EmojiLexicon(string code)
    {
        _isSpaced = code is not ("ja" or "zh");
        _language = Language.All.FirstOrDefault(language => language.Code == code) ?? Language.Unknown;
        _lookup = _emojiByTerm.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var line in ReadLines(code))
        {
            var (emoji, keywords) = (line[..line.IndexOf('\t')], line[(line.IndexOf('\t') + 1)..].ToLowerInvariant().Split('|'));
            var devotion = 1 / (1 + (PerKeyword * keywords.Length));
            for (var i = 0; i < keywords.Length; i++)
                Add(keywords[i], devotion * (i == 0 ? InName : 1));
            AddTerm(emoji, Written);
            _emoji.Add(emoji);
        }

        _longest = _emojiByTerm.Keys.Max(term => term.Length);
    }

    public static EmojiLexicon Of(string code) =>
        Lexicons.GetOrAdd(code, code => new Lazy<EmojiLexicon>(() => new EmojiLexicon(code))).Value;

    /// <summary>The best emoji for the text and how well it fits; null when nothing in the text is a keyword.</summary>
    public (string Emoji, double Score)? Find(string text, ProgressReporter reporter)
    {
        var scores = new Dictionary<int, double>();
        foreach (var (term, (weight, count)) in TermsOf(text, reporter))
        {
            var emoji = _emojiByTerm[term];
            var rarity = Math.Log((double)_emoji.Count / emoji.Count);
            foreach (var (index, fit) in emoji)
                scores[index] = scores.GetValueOrDefault(index) + (rarity * weight * Math.Sqrt(count) * fit);
        }

        if (scores.Count == 0)
            return null;
        var (best, score) = scores.OrderByDescending(entry => entry.Value).ThenBy(entry => entry.Key).First();
        return (_emoji[best], score);
    }

    private static IEnumerable<string> ReadLines(string code)
    {
        var assembly = typeof(EmojiLexicon).Assembly;
        var name = assembly.GetManifestResourceNames().Single(name => name.EndsWith($"{ResourceMark}{code}.txt", StringComparison.Ordinal));
        using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!);
        while (reader.ReadLine() is { } line)
        {
            if (!line.StartsWith("# ", StringComparison.Ordinal))
                yield return line;
        }
    }

    /// <summary>A keyword of several words counts for each of them in part; where no spaces are, it is one.</summary>
    private void Add(string keyword, double weight)
    {
        if (!_isSpaced)
        {
            AddTerm(keyword, weight);
            return;
        }

        var words = Words(keyword);
        foreach (var word in words)
        {
            _forms.Add(word);
            AddTerm(_language.Stem(word), weight / words.Count);
        }
    }

    private void AddTerm(string term, double weight)
    {
        ref var emoji = ref CollectionsMarshal.GetValueRefOrAddDefault(_emojiByTerm, term, out _);
        emoji ??= [];
        emoji[_emoji.Count] = Math.Max(weight, emoji.GetValueOrDefault(_emoji.Count));
    }

    /// <summary>The terms of the text that emoji have, each with its best weight and how often it is there.</summary>
    private Dictionary<string, (double Weight, int Count)> TermsOf(string text, ProgressReporter reporter)
    {
        var terms = new Dictionary<string, (double Weight, int Count)>();
        CountUnspaced(text, terms, reporter);
        if (_isSpaced)
            CountWords(text, terms, reporter);
        return terms;
    }

    /// <summary>Emoji, and keywords in scripts without spaces: the longest of those that begin at a place.</summary>
    private void CountUnspaced(string text, Dictionary<string, (double Weight, int Count)> terms, ProgressReporter reporter)
    {
        for (var at = 0; at < text.Length; at++)
        {
            reporter.Step(at, text.Length * 2L);
            if (text[at] < FirstUnspaced)
                continue;

            var length = Math.Min(_longest, text.Length - at);
            while (length > 0 && !(_lookup.ContainsKey(text.AsSpan(at, length)) && IsEnough(text.AsSpan(at, length))))
                length--;
            if (length == 0)
                continue;

            Count(terms, text.Substring(at, length), length == 1 ? OneCharacter : 1);
            at += length - 1;
        }
    }

    /// <summary>Few hiragana are more likely an ending than a word.</summary>
    private static bool IsEnough(ReadOnlySpan<char> keyword) => keyword.Length > 2 || keyword.ContainsAnyExceptInRange('\u3041', '\u309F');

    private void CountWords(string text, Dictionary<string, (double Weight, int Count)> terms, ProgressReporter reporter)
    {
        var reader = new WordReader(text);
        while (reader.Next())
        {
            reporter.Step(text.Length + reader.Start, text.Length * 2L);
            if (reader.Length > LongestWord)
                continue;

            var word = reader.Word.TrimEnd("'’").ToString().ToLowerInvariant();
            if (_language.StopWords.Contains(word))
                continue;
            var stem = _language.Stem(word);
            if (_emojiByTerm.ContainsKey(stem))
                Count(terms, stem, _forms.Contains(word) ? 1 : OtherForm);
            else if (_language.JoinsWords && PartOf(word) is { } part)
                Count(terms, part, PartOfWord);
        }
    }

    /// <summary>In a compound the last word is the thing and the first its kind: "Geburtstagskuchen".</summary>
    private string? PartOf(string word)
    {
        for (var length = word.Length - 1; length >= ShortestPart; length--)
        {
            if (_forms.Contains(word[^length..]))
                return _language.Stem(word[^length..]);
            if (_forms.Contains(word[..length]))
                return _language.Stem(word[..length]);
        }

        return null;
    }

    private List<string> Words(string keyword)
    {
        var words = new List<string>();
        var reader = new WordReader(keyword);
        while (reader.Next())
        {
            var word = reader.Word.TrimEnd("'’").ToString();
            if (!_language.StopWords.Contains(word))
                words.Add(word);
        }

        return words;
    }

    private static void Count(Dictionary<string, (double Weight, int Count)> terms, string term, double weight)
    {
        var (known, count) = terms.GetValueOrDefault(term);
        terms[term] = (Math.Max(known, weight), count + 1);
    }
}

using System.Text.RegularExpressions;
using TaskProcessing.Providers.BuiltIn.Text.Reading;

namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>Cuts a sentence down to a headline: no dateline, no aside, no "he said", no clause that it can do without.</summary>
internal sealed partial class HeadlineTrimmer(Language language)
{
    private const int Longest = 90;
    private const int Shortest = 28;
    private const int LongestWide = 45;
    private const int LongestLeadIn = 35;
    private const int LongestAside = 70;
    private const int ReportingReach = 4;

    /// <summary>
    /// The fitness of a headline to stand alone: lower for a fragment with an ellipsis, and for one that refers to the
    /// sentence before.
    /// </summary>
    public double Fitness(string headline) =>
        (headline.EndsWith('…') ? 0.7 : 1) * (language.Anaphors.Contains(FirstWord(headline)) ? 0.6 : 1);

    public string Trim(string sentence)
    {
        var text = Dateline().Replace(sentence, "");
        text = OrBefore(Aside().Replace(text, ""), text);
        text = WithoutAttribution(text);
        text = WithoutLeadIn(text);
        var longest = LimitFor(text);
        if (text.Length > longest)
            text = WithoutDays(text);
        if (text.Length > longest)
            text = WithoutRelativeClauses(text, longest);
        if (text.Length > longest)
            text = CutAtClause(text, longest) ?? CutBeforePhrase(text, longest) ?? Shortened.AtSpace(text, longest);
        return Polish(text);
    }

    /// <summary>"…, said the mayor": from the last comma on, if a verb of saying is near it.</summary>
    private string WithoutAttribution(string text)
    {
        var comma = text.LastIndexOf(',');
        if (comma < Shortest)
            return text;
        var words = text[(comma + 1)..].Split([' ', '"', '”', '»', '“', '.', '’', '\''], StringSplitOptions.RemoveEmptyEntries);
        return words.Take(ReportingReach).Any(word => language.Reporting.Contains(word.ToLowerInvariant())) ? text[..comma] : text;
    }

    /// <summary>"On Monday, …", "However, …".</summary>
    private string WithoutLeadIn(string text)
    {
        var comma = text.IndexOf(", ", StringComparison.Ordinal);
        if (comma < 0 || comma > LongestLeadIn || text.Length - comma < Shortest || !language.LeadIns.Contains(FirstWord(text)))
            return text;
        return language.Anaphors.Contains(FirstWord(text[(comma + 2)..])) ? text : Capitalise(text[(comma + 2)..]);
    }

    /// <summary>"The bridge, which was built in 1890, …": pairs of commas with a clause or an apposition between them.</summary>
    private string WithoutRelativeClauses(string text, int longest)
    {
        var from = 0;
        while (text.Length > longest && text.IndexOf(", ", from, StringComparison.Ordinal) is >= 0 and var open)
        {
            var close = text.IndexOf(", ", open + 2, StringComparison.Ordinal);
            if (close < 0)
                break;
            var first = FirstWord(text[(open + 2)..]);
            if (close - open <= LongestAside && open + text.Length - close >= Shortest && IsAside(first))
                text = string.Concat(text.AsSpan(0, open), text.AsSpan(close + 1));
            else
                from = close;
        }

        return text;
    }

    private bool IsAside(string firstWord) =>
        (language.ClauseStarters.Contains(firstWord) || language.Determiners.Contains(firstWord))
        && !language.Prepositions.Contains(firstWord);

    /// <summary>"voted on Tuesday evening to": news is of today.</summary>
    private string WithoutDays(string text)
    {
        var words = text.Split(' ').ToList();
        for (var day = words.FindLastIndex(IsWeekday); day > 0; day = words.FindLastIndex(day - 1, IsWeekday))
        {
            var first = language.DayPrepositions.Contains(words[day - 1]) ? day - 1 : day;
            var last = day + 1 < words.Count && language.DayParts.Contains(words[day + 1].ToLowerInvariant()) ? day + 1 : day;
            words.RemoveRange(first, last - first + 1);
            day = first;
            if (day == 0)
                break;
        }

        return string.Join(' ', words);

        bool IsWeekday(string word) => language.Weekdays.Contains(word.ToLowerInvariant());
    }

    /// <summary>The longest beginning that ends where a clause does.</summary>
    private string? CutAtClause(string text, int longest)
    {
        var shortest = longest == LongestWide ? longest / 4 : Shortest;
        for (var at = Math.Min(longest, text.Length - 1); at >= shortest; at--)
        {
            if (text[at] is ',' or ';' or ':' or '，' or '；' or '、' or '：' or '،')
            {
                var isInNumber = at + 1 < text.Length && char.IsAsciiDigit(text[at + 1]);
                if (!isInNumber)
                    return text[..at];
            }
            else if (
                text[at] == ' '
                && (text[at + 1] is '–' or '—' || !language.IsVerbSecond && language.ClauseStarters.Contains(FirstWord(text[(at + 1)..])))
            )
            {
                return WithoutDanglingWords(text[..at], shortest);
            }
        }

        return null;
    }

    /// <summary>The longest beginning that ends before a preposition. Where verbs come last, something is missing then.</summary>
    private string? CutBeforePhrase(string text, int longest)
    {
        for (var at = Math.Min(longest - 2, text.Length - 1); at >= longest / 2; at--)
        {
            if (text[at] == ' ' && language.Prepositions.Contains(FirstWord(text[(at + 1)..])))
                return WithoutDanglingWords(text[..at], Shortest) is { } cut ? cut + (language.IsVerbSecond ? " …" : "") : null;
        }

        return null;
    }

    private string? WithoutDanglingWords(string text, int shortest)
    {
        while (
            text.LastIndexOf(' ') is > 0 and var space && language.StopWords.Contains(text[(space + 1)..].Trim(',', ';').ToLowerInvariant())
        )
            text = text[..space];
        return text.Length >= shortest ? text : null;
    }

    private static string Polish(string text)
    {
        text = text.Trim(' ', ',', ';', ':', '.', '。', '،', '，', '、', '–', '—', '-', '*', '_', '#');
        foreach (
            var (open, close) in (ReadOnlySpan<(char, char)>)
                [('"', '"'), ('“', '”'), ('„', '“'), ('«', '»'), ('»', '«'), ('「', '」'), ('(', ')')]
        )
            text = Balanced(text, open, close);
        return Capitalise(text.Trim(' ', ',', ';', '.'));
    }

    /// <summary>Quotation marks go when one of the pair is missing, or when they hold the whole.</summary>
    private static string Balanced(string text, char open, char close)
    {
        var (opening, closing) = (text.Count(c => c == open), text.Count(c => c == close));
        var isWhole = opening == (open == close ? 2 : 1) && opening + closing > 1 && text[0] == open && text[^1] == close;
        var isBroken = open == close ? opening % 2 == 1 : opening != closing && opening + closing > 0 && close != '“' && open != '“';
        return isWhole || isBroken
            ? text.Replace($"{open}", "", StringComparison.Ordinal).Replace($"{close}", "", StringComparison.Ordinal)
            : text;
    }

    private static string Capitalise(string text) => text.Length == 0 ? text : char.ToUpperInvariant(text[0]) + text[1..];

    private static string FirstWord(string text)
    {
        var end = text.AsSpan().IndexOfAny(" ,;:");
        return (end < 0 ? text : text[..end]).ToLowerInvariant();
    }

    private static string OrBefore(string shortened, string before) => string.IsNullOrWhiteSpace(shortened) ? before : shortened;

    /// <summary>A character of Chinese or Japanese says about as much as three letters.</summary>
    private static int LimitFor(string text) => text.Count(Letters.IsIdeographic) * 2 > text.Length ? LongestWide : Longest;

    /// <summary>"BERLIN (agency) – ", "New York, March 3 — " only where the place is in capitals.</summary>
    [GeneratedRegex(@"^\p{Lu}{3,}[\p{L}\d ,./]{0,40}(\([^)]{1,30}\))? ?(–|—|--|-) ", RegexOptions.CultureInvariant)]
    private static partial Regex Dateline();

    [GeneratedRegex(@"\s?(\([^()]{0,200}\)|\[[^\[\]]{0,200}\]|（[^（）]{0,200}）)", RegexOptions.CultureInvariant)]
    private static partial Regex Aside();
}

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Joins a cut answer with its continuation by the model.</summary>
internal static class CutAnswer
{
    /// <summary>No word is as long.</summary>
    private const int LongestWord = 80;

    /// <summary>A shorter repetition may be the text's own.</summary>
    private const int ShortestRepetition = 12;

    private const int LongestRepetition = 400;

    /// <summary>
    /// The answer without its last word, which may be half a word: the model writes it again, so a space between the two
    /// parts is never in doubt.
    /// </summary>
    public static string Kept(string text)
    {
        var from = Math.Max(0, text.Length - LongestWord);
        var space = text.AsSpan(from).LastIndexOfAny(" \n\t");
        return space > 0 ? text[..(from + space + 1)] : text;
    }

    public static string Join(string kept, string more)
    {
        more = more.TrimStart().TrimStart('…').TrimStart();
        var tail = kept.TrimEnd();
        for (var length = Math.Min(Math.Min(tail.Length, more.Length), LongestRepetition); length >= ShortestRepetition; length--)
        {
            if (more.StartsWith(tail[^length..], StringComparison.Ordinal))
                return tail + more[length..];
        }

        return kept + more;
    }
}

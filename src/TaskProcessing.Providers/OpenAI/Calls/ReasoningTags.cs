namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Models that reason put their thoughts before the answer, between marks, when their server does not part the two. Where
/// the model's template has written the first mark, only the second is in the answer.
/// </summary>
internal static class ReasoningTags
{
    private static readonly (string Begin, string End)[] Thoughts =
    [
        ("<think>", "</think>"),
        ("<thinking>", "</thinking>"),
        ("<thought>", "</thought>"),
        ("<thoughts>", "</thoughts>"),
        ("<reasoning>", "</reasoning>"),
        ("<seed:think>", "</seed:think>"),
        ("<mm:think>", "</mm:think>"),
        ("[THINK]", "[/THINK]"),
        ("◁think▷", "◁/think▷"),
        ("<|begin_of_thought|>", "<|end_of_thought|>"),
        ("<|START_THINKING|>", "<|END_THINKING|>"),
        ("<unused94>", "<unused95>"),
        ("<|channel>thought", "<channel|>"),
        ("<|channel|>analysis<|message|>", "<|end|>"),
        ("<|channel|>commentary<|message|>", "<|end|>"),
    ];

    /// <summary>The wrappers of an answer that follows thoughts.</summary>
    private static readonly string[] Openings =
    [
        "<|start|>assistant<|channel|>final<|message|>",
        "<|channel|>final<|message|>",
        "<|start|>assistant",
        "<|START_RESPONSE|>",
        "<|begin_of_solution|>",
    ];

    private static readonly string[] Endings =
    [
        "<|im_end|>",
        "<|eot_id|>",
        "<|end|>",
        "<|return|>",
        "<|endoftext|>",
        "<end_of_turn>",
        "<|END_RESPONSE|>",
        "<|end_of_solution|>",
        "<｜end▁of▁sentence｜>",
    ];

    /// <summary>True when a text has one of the marks that end thoughts, such as a conversation about them.</summary>
    public static bool IsMentionedIn(string text) => Thoughts.Any(mark => text.Contains(mark.End, StringComparison.OrdinalIgnoreCase));

    /// <summary>True when the thoughts of a text end without a mark at their begin.</summary>
    public static bool EndUnopened(string text) => UnopenedEnd(text) > 0;

    /// <summary>The answer without thoughts; empty as long as it may still be one of them.</summary>
    /// <param name="text">The text of the model so far.</param>
    /// <param name="isWhole">True when the text is complete.</param>
    /// <param name="mayBeUnopened">True when thoughts may end without a mark at their begin.</param>
    /// <param name="isUnopened">True when the model is known for such thoughts: no text is an answer before they end.</param>
    public static string Remove(string text, bool isWhole, bool mayBeUnopened, bool isUnopened)
    {
        var rest = text.AsSpan().TrimStart();
        if (mayBeUnopened)
        {
            var end = UnopenedEnd(text);
            if (end > 0)
                rest = text.AsSpan(end).TrimStart();
            else if (isUnopened && !isWhole)
                return "";
        }

        (string Begin, string End)? found = null;
        while (BeginOf(rest) is { } mark)
        {
            var end = rest[mark.Begin.Length..].IndexOf(mark.End, StringComparison.OrdinalIgnoreCase);
            if (end < 0 && mark.End.Length > 0)
                return "";
            rest = rest[(mark.Begin.Length + end + mark.End.Length)..].TrimStart();
            found = mark.End.Length > 0 ? mark : found;
        }

        // Thoughts about the mark that ends them may end more than once.
        if (found is not null && mayBeUnopened)
            rest = rest[UnopenedEnd(rest.ToString())..].TrimStart();
        if (!isWhole && MayBecomeMark(rest))
            return "";

        var answer = rest.Length == text.Length ? text : rest.ToString();
        if (found is { } thoughts)
            answer = RemoveLater(answer, thoughts);
        return isWhole ? TrimEnding(answer) : answer;
    }

    /// <summary>The position behind the first end of thoughts that have no beginning; 0 when there is none.</summary>
    private static int UnopenedEnd(string text)
    {
        var (first, behind) = (int.MaxValue, 0);
        foreach (var (begin, end) in Thoughts)
        {
            // This one ends more than thoughts.
            if (end == "<|end|>" || text.IndexOf(end, StringComparison.OrdinalIgnoreCase) is not (var at and >= 0) || at >= first)
                continue;
            if (text.AsSpan(0, at).Contains(begin, StringComparison.OrdinalIgnoreCase) || (at > 0 && text[at - 1] is '`' or '"' or '\''))
                continue;

            (first, behind) = (at, at + end.Length);
        }

        return behind;
    }

    private static (string Begin, string End)? BeginOf(ReadOnlySpan<char> text)
    {
        foreach (var mark in Thoughts)
        {
            if (text.StartsWith(mark.Begin, StringComparison.OrdinalIgnoreCase))
                return mark;
        }

        foreach (var opening in Openings)
        {
            if (text.StartsWith(opening, StringComparison.Ordinal))
                return (opening, "");
        }

        return null;
    }

    private static bool MayBecomeMark(ReadOnlySpan<char> text)
    {
        if (text.IsEmpty)
            return false;

        foreach (var mark in Thoughts.Select(mark => mark.Begin).Concat(Openings))
        {
            if (text.Length < mark.Length && mark.AsSpan().StartsWith(text, StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    /// <summary>A model that has thought once may do so again, at the beginning of a line.</summary>
    private static string RemoveLater(string answer, (string Begin, string End) mark)
    {
        while (answer.IndexOf('\n' + mark.Begin, StringComparison.OrdinalIgnoreCase) is var begin and >= 0)
        {
            var end = answer.IndexOf(mark.End, begin, StringComparison.OrdinalIgnoreCase);
            answer = end < 0 ? answer[..begin] : answer[..begin] + answer[(end + mark.End.Length)..];
        }

        return answer;
    }

    private static string TrimEnding(string answer)
    {
        var ending = Endings.FirstOrDefault(mark => answer.AsSpan().TrimEnd().EndsWith(mark, StringComparison.Ordinal));
        return ending is null ? answer : answer.TrimEnd()[..^ending.Length];
    }
}

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Cuts a text into parts of about the same length, where it hurts least.</summary>
internal static class TextParts
{
    /// <summary>The best places to cut first.</summary>
    private static readonly string[] Seams = ["\n\n", "\n", ". ", "! ", "? ", "。", " "];

    /// <param name="text">The text.</param>
    /// <param name="atMost">The longest part, in characters.</param>
    /// <returns>The parts, with the white space that parts them at their ends: one behind the other they are the text.</returns>
    public static IReadOnlyList<string> Of(string text, int atMost)
    {
        List<string> parts = [];
        var rest = text.AsSpan();
        while (rest.TrimEnd().Length > atMost)
        {
            // Parts of equal length, so that the last one is no crumb.
            var aim = (int)Math.Ceiling((double)rest.Length / Math.Ceiling((double)rest.Length / atMost));
            var end = CutBefore(rest, Math.Min(aim + (aim / 10), atMost));
            end = rest.Length - rest[end..].TrimStart().Length;
            parts.Add(rest[..end].ToString());
            rest = rest[end..];
        }

        if (rest.Length > 0 || parts.Count == 0)
            parts.Add(rest.ToString());
        return parts;
    }

    /// <summary>The white space that ends a part.</summary>
    public static string SeamOf(string part) => part[part.TrimEnd().Length..];

    private static int CutBefore(ReadOnlySpan<char> text, int end)
    {
        foreach (var seam in Seams)
        {
            if (text[..end].LastIndexOf(seam, StringComparison.Ordinal) is var at && at > end / 2)
                return at + seam.Length;
        }

        // Not between the halves of a character.
        return char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
    }
}

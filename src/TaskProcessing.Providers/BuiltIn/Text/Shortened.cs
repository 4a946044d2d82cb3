namespace TaskProcessing.Providers.BuiltIn.Text;

/// <summary>The last resort for a text without sentences or clauses to choose from.</summary>
internal static class Shortened
{
    /// <summary>At most so many characters, cut between words if there are any, an ellipsis included where something is cut.</summary>
    public static string AtSpace(string text, int longest)
    {
        if (text.Length <= longest)
            return text;
        var cut = text.LastIndexOf(' ', longest - 2);
        if (cut < longest / 3)
            cut = char.IsLowSurrogate(text[longest - 1]) ? longest - 2 : longest - 1;
        return text[..cut].TrimEnd(' ', ',', ';', ':', '–', '—', '-') + "…";
    }
}

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>Models that reason put their thoughts before the answer, between marks, when their server does not part the two.</summary>
internal static class Thoughts
{
    private const string Begin = "<think>";
    private const string End = "</think>";

    /// <summary>The answer without them; empty as long as it may still be one of them.</summary>
    public static string Remove(string text)
    {
        var start = text.TrimStart();
        if (start.StartsWith(Begin, StringComparison.Ordinal))
            return start.IndexOf(End, StringComparison.Ordinal) is var end and >= 0 ? start[(end + End.Length)..].TrimStart() : "";

        return start.Length < Begin.Length && start.Length > 0 && Begin.StartsWith(start, StringComparison.Ordinal) ? "" : text;
    }
}

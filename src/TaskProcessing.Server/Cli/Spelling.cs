using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Cli;

/// <summary>Finds the option nearest to a mistyped one.</summary>
internal static class Spelling
{
    /// <summary>The most similar one; null when none is similar.</summary>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var nearest = known.MinBy(word => Distance(word, typed));
        return nearest is not null && Distance(nearest, typed) <= Math.Max(2, typed.Length / 2) ? nearest : null;
    }

    public static string Suggestion(string? nearest) => nearest is null ? "" : $"; did you mean {nearest}?";

    private static int Distance(string a, string b) => EditDistance.Between(a.ToLowerInvariant(), b.ToLowerInvariant());
}

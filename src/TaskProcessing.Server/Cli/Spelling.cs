namespace TaskProcessing.Server.Cli;

/// <summary>Guesses what somebody meant to type.</summary>
internal static class Spelling
{
    /// <summary>The most similar one; null when none is similar.</summary>
    public static string? Nearest(string typed, IEnumerable<string> known)
    {
        var nearest = known.MinBy(word => Distance(word, typed));
        return nearest is not null && Distance(nearest, typed) <= Math.Max(2, typed.Length / 2) ? nearest : null;
    }

    public static string Suggestion(string? nearest) => nearest is null ? "" : $"; did you mean {nearest}?";

    /// <summary>Levenshtein's, whatever the case.</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var same = char.ToLowerInvariant(a[i - 1]) == char.ToLowerInvariant(b[j - 1]);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j - 1], row[j]) + 1, diagonal + (same ? 0 : 1)));
            }
        }

        return row[b.Length];
    }
}

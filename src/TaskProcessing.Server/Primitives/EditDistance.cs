namespace TaskProcessing.Server.Primitives;

/// <summary>Levenshtein's distance: how many characters must be inserted, removed or replaced to make one text of another.</summary>
internal static class EditDistance
{
    /// <summary>Costs the product of the lengths: a text from outside must be limited before.</summary>
    public static int Between(ReadOnlySpan<char> a, ReadOnlySpan<char> b)
    {
        var row = new int[b.Length + 1];
        for (var j = 0; j <= b.Length; j++)
            row[j] = j;

        for (var i = 1; i <= a.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= b.Length; j++)
            {
                var replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j - 1], row[j]) + 1, replaced));
            }
        }

        return row[b.Length];
    }
}

using System.Text;

namespace TaskProcessing.Server.Tasks.Results;

/// <summary>
/// Makes a report's text storable in every database, JSON and XML: halves of surrogate pairs and NUL become U+FFFD.
/// Programs cut their messages anywhere and quote any bytes, and a worker repeats a failure that the server did not take.
/// </summary>
internal static class ReportText
{
    public static string Of(string text)
    {
        if (!text.Contains('\0', StringComparison.Ordinal) && text.AsSpan().IndexOfAnyInRange('\ud800', '\udfff') < 0)
            return text;

        var storable = new StringBuilder(text.Length);
        foreach (var rune in text.EnumerateRunes())
            storable.Append(rune.Value == 0 ? Rune.ReplacementChar : rune);
        return storable.ToString();
    }
}

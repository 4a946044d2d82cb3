using System.Globalization;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Cli;

/// <summary>Columns for people, as wide as their widest cell.</summary>
internal static class Table
{
    public static int Write(TextWriter output, string[] header, IEnumerable<string?[]> rows)
    {
        var lines = rows.Select(row => row.Select(Printable).ToArray()).Prepend(header).ToList();
        var widths = header.Select((_, column) => lines.Max(line => line[column].Length)).ToArray();
        foreach (var line in lines)
            output.WriteLine(string.Join("  ", line.Select((cell, column) => cell.PadRight(widths[column]))).TrimEnd());
        return ExitCode.Ok;
    }

    /// <summary>UTC, to the second.</summary>
    public static string? Time(DateTimeOffset? time) => time?.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    public static string YesNo(bool value) => value ? "yes" : "no";

    /// <summary>Users choose some of the texts, which must not break the table or control the terminal.</summary>
    public static string Printable(string? text) =>
        string.IsNullOrEmpty(text) ? "-" : string.Concat(text.Select(character => LogText.IsSpecial(character) ? ' ' : character));
}

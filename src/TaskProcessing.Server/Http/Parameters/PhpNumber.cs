using System.Globalization;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// Reads numbers from text as PHP does: the longest number at its start, else 0. Ids in paths are read so
/// (<c>/task/12x</c> is task 12).
/// </summary>
internal static partial class PhpNumber
{
    public static long ToInteger(string text)
    {
        if (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var plain))
            return plain;

        var match = Leading().Match(text);
        if (!match.Success)
            return 0;
        if (!match.Groups["fraction"].Success && !match.Groups["exponent"].Success)
            return long.TryParse(match.ValueSpan.TrimStart(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var id)
                ? id
                : Saturated(match.Value);

        var number = ToFloat(match.Value);
        return Math.Abs(number) < 9.2e18 ? (long)number : 0;
    }

    public static double ToFloat(string text) =>
        Leading().Match(text) is { Success: true } match
            ? double.Parse(match.ValueSpan.TrimStart(), NumberStyles.Float, CultureInfo.InvariantCulture)
            : 0;

    private static long Saturated(string number) => number.Contains('-', StringComparison.Ordinal) ? long.MinValue : long.MaxValue;

    [GeneratedRegex(
        @"^[ \t\n\r\v\f]*[+-]?([0-9]+(?<fraction>\.[0-9]*)?|(?<fraction>\.[0-9]+))(?<exponent>[eE][+-]?[0-9]+)?",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture
    )]
    private static partial Regex Leading();
}

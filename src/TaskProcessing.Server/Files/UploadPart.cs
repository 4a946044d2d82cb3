using System.Globalization;

namespace TaskProcessing.Server.Files;

/// <summary>
/// The names of the parts of an upload: numbers from 1 to 10000. Other clients name the bytes: Nextcloud's desktop client 3.7 the
/// first one, in 16 digits (<c>0000000010485760</c>); rclone and nc_py_api the first and the last
/// (<c>000000000000000-000000010485760</c>).
/// </summary>
internal static class UploadPart
{
    public const int MaxNumber = 10_000;

    /// <summary>The digits of a lone first byte. It needs them all, because fewer digits are a number.</summary>
    private const int OffsetDigits = 16;

    /// <returns>The sort key of a part: its number or its first byte; null when the name is no name of a part.</returns>
    public static long? Order(string name)
    {
        var dash = name.IndexOf('-', StringComparison.Ordinal);
        if (dash < 0)
            return Number(name) is { } number && (name.Length == OffsetDigits || number is >= 1 and <= MaxNumber) ? number : null;

        return Number(name[..dash]) is { } first && Number(name[(dash + 1)..]) is { } last && first <= last ? first : null;
    }

    private static long? Number(string digits) =>
        long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}

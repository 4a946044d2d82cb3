using System.Globalization;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The times that clients send.</summary>
internal static class DavTime
{
    private static readonly long First = DateTimeOffset.MinValue.ToUnixTimeSeconds();
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeSeconds();

    private static readonly string[] Formats =
    [
        "R",
        "yyyy-MM-dd",
        "yyyy-MM-dd'T'HH:mm:ssK",
        "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK",
        "yyyy-MM-dd'T'HH:mmK",
    ];

    /// <returns>
    /// The whole second that Unix seconds, a date of HTTP or one of ISO 8601 (UTC, if it names no zone) mean; null when the text is
    /// none of them.
    /// </returns>
    public static DateTimeOffset? Read(string text) =>
        ReadUnixSeconds(text) is { } time ? time
        : DateTimeOffset.TryParseExact(
            text.Trim(),
            Formats,
            CultureInfo.InvariantCulture,
            DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
            out var date
        )
            ? DateTimeOffset.FromUnixTimeSeconds(date.ToUnixTimeSeconds())
        : null;

    /// <summary>Some clients send a fraction, or an exponent.</summary>
    /// <returns>The whole second; null when the text is no number, or one beyond the years 1 to 9999.</returns>
    public static DateTimeOffset? ReadUnixSeconds(string text) =>
        decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds >= First && seconds <= Last
            ? DateTimeOffset.FromUnixTimeSeconds((long)decimal.Floor(seconds))
            : null;
}

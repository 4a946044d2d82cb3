using System.Net;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Reads how long the receiver of a call wants to be left alone.</summary>
internal static class RequestedPauses
{
    /// <returns>
    /// The pause of its <c>Retry-After</c>, in seconds or as a date; null without one, or when the receiver is not busy
    /// (429, 503).
    /// </returns>
    public static TimeSpan? RequestedPause(this HttpResponseMessage response, DateTimeOffset now) =>
        response.StatusCode is HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable
        && response.Headers.RetryAfter is { } after
            ? after.Delta ?? (after.Date - now)
            : null;
}

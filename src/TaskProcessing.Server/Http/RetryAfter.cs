using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http;

/// <summary>The header with the pause for the client.</summary>
internal static class RetryAfter
{
    /// <returns>The seconds that it names: at least one.</returns>
    public static int Set(HttpResponse response, TimeSpan wait)
    {
        var seconds = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds));
        response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        return seconds;
    }
}

using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>The version and format of an answer, read from the request.</summary>
internal static class OcsRequest
{
    public const string FormatItem = "ocs.format";

    public static bool IsOcs(this HttpRequest request) => request.Path.StartsWithSegments("/ocs");

    /// <summary>Version 1 wraps nearly everything into HTTP 200; all that is not version 1 counts as 2.</summary>
    public static bool IsVersion1(this HttpRequest request) => request.Path.StartsWithSegments("/ocs/v1.php");

    /// <summary>
    /// The <c>format</c> parameter, else the first entry of Accept that begins with <c>application/</c>, else XML; any
    /// value other than <c>json</c> and <c>xml</c> is XML too. Parameters of a media type (<c>;q=0.9</c>) are ignored.
    /// </summary>
    public static bool WantsJson(this HttpRequest request)
    {
        if ((request.HttpContext.Items[FormatItem] as string ?? request.Query["format"].LastOrDefault()) is { } format)
            return format == "json";

        foreach (var header in request.Headers.Accept)
        {
            foreach (var range in header.AsSpan().Split(','))
            {
                var entry = header.AsSpan(range).Trim();
                if (!entry.StartsWith("application/", StringComparison.OrdinalIgnoreCase))
                    continue;

                var type = entry["application/".Length..];
                var parameters = type.IndexOf(';');
                return (parameters < 0 ? type : type[..parameters].TrimEnd()).Equals("json", StringComparison.OrdinalIgnoreCase);
            }
        }

        return false;
    }
}

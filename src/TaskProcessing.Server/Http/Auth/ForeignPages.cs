using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// Detects requests that a page of another site makes a browser send: the browser adds a login that it keeps, and reaches
/// servers that only its user reaches. <c>Sec-Fetch-Site</c> is sent only to https and to this machine, <c>Origin</c> to
/// every server.
/// </summary>
internal static class ForeignPages
{
    public const string Refusal =
        "Requests from pages of other sites are not allowed, but of those in Http:AllowedOrigins. If this page is the server's own, the "
        + "proxy in between must pass the Host header on, or be named in Proxies:Trusted and send X-Forwarded-Host.";

    public static bool AreBehind(HttpRequest request, AllowedOrigins allowed)
    {
        var headers = request.Headers;
        // A preflight request is answered without permission, which refuses the page too.
        if (HasOwnCredentials(headers) || HttpMethods.IsOptions(request.Method))
            return false;

        // No page can set this header.
        var site = headers["Sec-Fetch-Site"].ToString();
        if (site is "same-origin" or "none")
            return false;

        var origin = headers.Origin.ToString();
        if (origin.Length > 0)
            return !IsOwn(origin, request) && !IsApp(origin, headers) && !allowed.Contains(origin);

        // Following a link from elsewhere does no harm.
        return site.Length > 0 && !IsReading(request.Method);
    }

    /// <summary>Credentials that no browser adds by itself, and that no page can send to another site unless it is allowed to.</summary>
    private static bool HasOwnCredentials(IHeaderDictionary headers) =>
        headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase)
        || headers["X-API-Key"].ToString().Length > 0
        || headers[Login.AppAuthorization].ToString().Length > 0;

    /// <summary>
    /// True when the page came from this server. Behind a proxy that ends TLS, a page of https calls with http; the other
    /// way round another host is in between.
    /// </summary>
    private static bool IsOwn(string origin, HttpRequest request)
    {
        if (!Uri.TryCreate(origin, UriKind.Absolute, out var page) || page.Scheme is not ("http" or "https"))
            return false;
        if (request.IsHttps && page.Scheme == "http")
            return false;

        var usualPort = page.Scheme == "https" ? 443 : 80;
        return string.Equals(request.Host.Host, page.Host, StringComparison.OrdinalIgnoreCase)
            && (request.Host.Port ?? usualPort) == page.Port;
    }

    /// <summary>
    /// Desktop apps made of web pages, such as Nextcloud Talk's, have schemes of their own, and a header that pages
    /// cannot send.
    /// </summary>
    private static bool IsApp(string origin, IHeaderDictionary headers) =>
        origin != "null"
        && !origin.StartsWith("http:", StringComparison.OrdinalIgnoreCase)
        && !origin.StartsWith("https:", StringComparison.OrdinalIgnoreCase)
        && headers["OCS-APIRequest"].ToString().Length > 0;

    private static bool IsReading(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method);
}

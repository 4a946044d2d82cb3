using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// The cookie that keeps a browser signed in, and the token that its pages send along. The browser adds the cookie by itself, whatever
/// page makes it call; the token is known only to pages that may read this server's answers.
/// </summary>
internal static class SessionCookie
{
    public const string RequestTokenHeader = "requesttoken";

    /// <summary>Browsers take the name with this prefix only over TLS, and from this very host.</summary>
    private const string SecureName = $"__Host-{Name}";
    private const string Name = "taskprocessing_session";

    /// <returns>The session's token; null when the request has none.</returns>
    public static string? Read(HttpRequest request) =>
        request.Cookies[SecureName] is { Length: > 0 } token ? token
        : request.IsHttps ? null
        : request.Cookies[Name];

    /// <summary>Sets the cookie.</summary>
    public static void Write(HttpContext context, string token, TimeSpan lifetime)
    {
        var isSecure = IsSecure(context.Request);
        context.Response.Cookies.Append(isSecure ? SecureName : Name, token, Settings(isSecure, lifetime));
    }

    /// <summary>Removes the cookie.</summary>
    public static void Remove(HttpContext context)
    {
        context.Response.Cookies.Delete(SecureName, Settings(isSecure: true, lifetime: null));
        context.Response.Cookies.Delete(Name, Settings(isSecure: false, lifetime: null));
    }

    /// <summary>The token that pages of a session send with what changes something.</summary>
    public static string RequestTokenOf(string sessionToken) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(sessionToken), "request token"u8));

    /// <summary>
    /// Whether a page of this server sent the request. A page of another one may have a browser read, which shows it nothing; but not
    /// even that is let through where the browser says so.
    /// </summary>
    public static bool IsFromOwnPage(HttpRequest request, string sessionToken)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";

        return CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(request.Headers[RequestTokenHeader].ToString()),
            Encoding.UTF8.GetBytes(RequestTokenOf(sessionToken))
        );
    }

    /// <summary>Behind a proxy that ends TLS and is not trusted only the page's own address tells.</summary>
    private static bool IsSecure(HttpRequest request) =>
        request.IsHttps || request.Headers.Origin.ToString().StartsWith("https://", StringComparison.OrdinalIgnoreCase);

    private static CookieOptions Settings(bool isSecure, TimeSpan? lifetime) =>
        new()
        {
            HttpOnly = true,
            Secure = isSecure,
            // Links from elsewhere, and clients that open the page of the login flow, find the session; forms of elsewhere do not.
            SameSite = SameSiteMode.Lax,
            Path = "/",
            MaxAge = lifetime,
            IsEssential = true,
        };
}

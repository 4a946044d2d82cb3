using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Http;

/// <summary>
/// The headers of every response: the id of its request, and what a browser must not do with it. An endpoint may replace them.
/// </summary>
internal sealed class ResponseHeaders(IOptions<HttpOptions> options)
{
    /// <summary>Answers of an API and files of users are no pages: whatever stands in them loads and runs nothing.</summary>
    private const string Policy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Swagger UI sets styles by script, and its icons stand in its styles.</summary>
    private const string SwaggerPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private readonly string? _hsts = options.Value.HstsDays is > 0 and var days ? $"max-age={days * 24 * 60 * 60}" : null;

    public void Set(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers["X-Request-Id"] = context.TraceIdentifier;
        headers.ContentSecurityPolicy = context.Request.Path.StartsWithSegments("/swagger") ? SwaggerPolicy : Policy;
        headers.XContentTypeOptions = "nosniff";
        headers["Referrer-Policy"] = "no-referrer";
        if (_hsts is not null && context.Request.IsHttps)
            headers.StrictTransportSecurity = _hsts;
    }
}

internal static class ResponseHeadersMiddleware
{
    /// <summary>Must come after the trusted proxies have said whether the client speaks TLS.</summary>
    public static IApplicationBuilder UseResponseHeaders(this IApplicationBuilder app)
    {
        var headers = app.ApplicationServices.GetRequiredService<ResponseHeaders>();
        return app.Use(
            (context, next) =>
            {
                headers.Set(context);
                return next(context);
            }
        );
    }
}

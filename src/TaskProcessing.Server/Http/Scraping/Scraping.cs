using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Http.Scraping;

/// <summary>
/// <c>/metrics</c> for Prometheus, beside the other routes: for administrators and for scrapers with the token, for nobody else.
/// </summary>
internal static class Scraping
{
    public const string Path = "/metrics";

    private const string Bearer = "Bearer ";

    public static void MapMetrics(this WebApplication app)
    {
        if (!app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value.Enabled)
            return;

        app.MapPrometheusScrapingEndpoint(Path, meterProvider: null, branch => branch.UseFreshLevels(), optionsName: null)
            .RequirePageUser(admin: true)
            .WithMetadata(new ScrapeMetadata(), new ProbeMetadata());
    }

    /// <summary>Reads what the gauges show before they are asked, as they cannot await.</summary>
    public static IApplicationBuilder UseFreshLevels(this IApplicationBuilder app)
    {
        var levels = app.ApplicationServices.GetRequiredService<LevelReader>();
        return app.Use(
            async (_, next) =>
            {
                await levels.ReadAsync();
                await next();
            }
        );
    }

    /// <summary>Lets a scraper with the token pass by the login; belongs between routing and the access check.</summary>
    public static IApplicationBuilder UseScrapeToken(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<MetricsOptions>>().Value.ReadToken() is not { } token)
            return app;

        var expected = Encoding.UTF8.GetBytes(token);
        return app.Use(
            (context, next) =>
                context.GetEndpoint() is { RequestDelegate: { } scrape } endpoint
                && endpoint.Metadata.GetMetadata<ScrapeMetadata>() is not null
                && Sent(context.Request) is { } sent
                && CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(sent), expected)
                    ? scrape(context)
                    : next(context)
        );
    }

    private static string? Sent(HttpRequest request) =>
        request.Headers.Authorization.ToString() is var header && header.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase)
            ? header[Bearer.Length..].Trim()
            : null;

    private sealed record ScrapeMetadata;
}

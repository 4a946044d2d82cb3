using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Serilog.Core;
using TaskProcessing.Server.Http.Admin;
using TaskProcessing.Server.Http.ApiDocuments;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Http.Dav;
using TaskProcessing.Server.Http.Ocs;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Http.Scraping;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Http;

internal static class HttpServices
{
    /// <summary>The headers of trusted proxies: the caller's address, and the address of the server.</summary>
    private const ForwardedHeaders TrustedHeaders =
        ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost;

    /// <summary>Everything between the web server and the use cases: limits, login, rate limits, WebDAV, the API documents.</summary>
    public static IServiceCollection AddHttp(this IServiceCollection services)
    {
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<OcsOptions>, IOptions<HttpOptions>>(Limit);
        services.AddSingleton<ILogEventFilter, WebServerLines>();
        services.AddSingleton<ResponseHeaders>();
        services.AddAllowedOrigins();
        services.AddSingleton<BufferedBodies>();
        services.AddSingleton<IPeriodicJob, ReturnMemory>();
        // The slim builder has no patterns in routes; OcsRoutes needs one.
        services.AddRouting();
        services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<ProxyOptions>>(TrustProxies);
        services.AddSingleton<Login>();
        services.AddHostedService<MetricsServer>();
        services.AddSingleton<AuditTrail>();
        services.AddSingleton<ReadOverview>();
        services.AddSingleton<RateLimitHits>();
        services.AddDav();
        services.AddApiDocuments();
        return services;
    }

    private static void Limit(KestrelServerOptions kestrel, IOptions<OcsOptions> ocs, IOptions<HttpOptions> http)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxConcurrentConnections = http.Value.MaxConnections;
        // A reader of a body keeps to its own limit; Kestrel's has room for discarding the rest.
        kestrel.Limits.MaxRequestBodySize = ocs.Value.MaxRequestBytes + UnreadBodies.MaxBytes;
    }

    /// <summary>Sets the trusted proxies.</summary>
    private static void TrustProxies(ForwardedHeadersOptions forwarded, IOptions<ProxyOptions> proxies)
    {
        forwarded.KnownIPNetworks.Clear();
        forwarded.KnownProxies.Clear();
        foreach (var proxy in proxies.Value.Trusted)
            forwarded.KnownIPNetworks.Add(ProxyOptions.ParseNetwork(proxy));

        // Without a trusted proxy any client could forge the headers.
        forwarded.ForwardedHeaders = proxies.Value.Trusted.Count == 0 ? ForwardedHeaders.None : TrustedHeaders;
        forwarded.ForwardLimit = null;
    }
}

using System.Collections.Frozen;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>The other sites whose pages may call the APIs.</summary>
internal sealed class AllowedOrigins(IOptions<HttpOptions> options)
{
    private readonly FrozenSet<string> _origins = options.Value.AllowedOrigins.ToFrozenSet(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => _origins.Count == 0;

    public bool Contains(string origin) => _origins.Contains(origin);
}

/// <summary>CORS for <see cref="AllowedOrigins"/>: browsers let their pages send calls and read the answers.</summary>
internal static class CrossOriginCalls
{
    private static readonly TimeSpan PreflightAge = TimeSpan.FromHours(1);

    /// <summary>The headers of answers that pages need and that browsers would hide from them.</summary>
    private static readonly string[] Exposed =
    [
        "DAV",
        "ETag",
        "Location",
        "Lock-Token",
        "OC-Checksum",
        "OC-ETag",
        "OC-FileId",
        "Retry-After",
        "X-Request-Id",
    ];

    public static IServiceCollection AddAllowedOrigins(this IServiceCollection services)
    {
        services.AddSingleton<AllowedOrigins>();
        services.AddCors();
        services
            .AddOptions<CorsOptions>()
            .Configure<AllowedOrigins>(
                (cors, origins) =>
                    cors.AddDefaultPolicy(policy =>
                        policy
                            .SetIsOriginAllowed(origins.Contains)
                            .AllowAnyMethod()
                            .AllowAnyHeader()
                            .WithExposedHeaders(Exposed)
                            .SetPreflightMaxAge(PreflightAge)
                    )
            );
        return services;
    }

    /// <summary>Without an allowed origin nothing is answered that permits anything. Must come after routing, before the access check.</summary>
    public static IApplicationBuilder UseAllowedOrigins(this IApplicationBuilder app) =>
        app.ApplicationServices.GetRequiredService<AllowedOrigins>().IsEmpty ? app : app.UseCors();
}

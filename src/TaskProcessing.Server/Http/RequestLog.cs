using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Serilog;
using Serilog.Events;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http;

/// <summary>
/// Writes one line per request: caller, path, how it went and how long it took. Never a header, a query or a body: secrets
/// live there.
/// </summary>
internal static class RequestLog
{
    private const string Line = "{Method} {Path} {Status} in {Elapsed:0.0} ms, {Caller}, request {RequestId}";

    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app)
    {
        // Not the static logger: a process may have several servers.
        var logger = app.ApplicationServices.GetRequiredService<Serilog.ILogger>();
        return app.UseSerilogRequestLogging(options =>
        {
            options.Logger = logger;
            options.MessageTemplate = Line;
            options.GetLevel = (context, _, error) => Level(context, error);
            options.GetMessageTemplateProperties = (context, _, elapsed, status) => Properties(context, elapsed, status);
        });
    }

    private static LogEventLevel Level(HttpContext context, Exception? error)
    {
        // Outages has already logged the outage.
        if (
            error is not null
            || context.Response.StatusCode
                is >= 500
                    and not StatusCodes.Status503ServiceUnavailable
                    and not StatusCodes.Status507InsufficientStorage
        )
            return LogEventLevel.Warning;

        return context.GetEndpoint()?.Metadata.GetMetadata<ProbeMetadata>() is null ? LogEventLevel.Information : LogEventLevel.Debug;
    }

    // The path as it is escaped on the wire: Serilog's own is unescaped, so that a line break in it would begin a line of the log.
    private static IEnumerable<LogEventProperty> Properties(HttpContext context, double elapsed, int status) =>
        [
            Property("Method", context.Request.Method),
            Property("Path", PathOf(context)),
            Property("Status", status),
            Property("Elapsed", elapsed),
            Property("Caller", Name(context.Features.Get<Caller>())),
            Property("RequestId", context.TraceIdentifier),
        ];

    /// <summary>A token in a path is as secret as one in a header.</summary>
    public static string PathOf(HttpContext context)
    {
        var path = context.Request.Path.ToString();
        return context.Request.RouteValues.GetValueOrDefault("token") is string { Length: > 0 }
            ? string.Concat(path.AsSpan(0, path.LastIndexOf('/') + 1), "…")
            : path;
    }

    private static LogEventProperty Property(string name, object value) => new(name, new ScalarValue(value));

    private static string Name(Caller? caller) =>
        caller switch
        {
            null => "-",
            { Kind: CallerKind.Guest } => $"guest {caller.Network}",
            { Kind: CallerKind.ExApp } => $"app {caller.AppId} for {caller.UserId ?? "nobody"}",
            _ => caller.UserId!,
        };
}

/// <summary>Marks the probes of orchestrators, which come every few seconds: the log has nothing to say about them.</summary>
internal sealed class ProbeMetadata;

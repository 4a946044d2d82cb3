using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http;

/// <summary>Writes one line per request: who, what, how it went and how long it took. Never a header, a query or a body: secrets live there.</summary>
internal sealed partial class RequestLog(RequestDelegate next, ILogger<RequestLog> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var requestId = context.TraceIdentifier;
        context.Response.Headers["X-Request-Id"] = requestId;
        if (!logger.IsEnabled(LogLevel.Information))
        {
            await next(context);
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var caller = context.Features.Get<Caller>();
            var elapsed = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            var status = context.Response.StatusCode;
            // What cannot be used at the moment was said once; see Outages.
            if (status >= 500 && status is not StatusCodes.Status503ServiceUnavailable and not StatusCodes.Status507InsufficientStorage)
                Log.Failed(logger, context.Request.Method, context.Request.Path, status, elapsed, Name(caller), requestId);
            else
                Log.Answered(logger, context.Request.Method, context.Request.Path, status, elapsed, Name(caller), requestId);
        }
    }

    private static string Name(Caller? caller) => caller switch
    {
        null => "-",
        { Kind: CallerKind.Guest } => $"guest {caller.Network}",
        { Kind: CallerKind.ExApp } => $"app {caller.AppId} for {caller.UserId ?? "nobody"}",
        _ => caller.UserId!,
    };

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "{Method} {Path} {Status} in {Elapsed:0.0} ms, {Caller}, request {RequestId}")]
        public static partial void Answered(ILogger logger, string method, string path, int status, double elapsed, string caller, string requestId);

        [LoggerMessage(LogLevel.Warning, "{Method} {Path} {Status} in {Elapsed:0.0} ms, {Caller}, request {RequestId}")]
        public static partial void Failed(ILogger logger, string method, string path, int status, double elapsed, string caller, string requestId);
    }
}

internal static class RequestLogExtensions
{
    public static IApplicationBuilder UseRequestLog(this IApplicationBuilder app) => app.UseMiddleware<RequestLog>();
}

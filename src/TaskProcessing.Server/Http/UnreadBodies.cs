using System.Buffers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TaskProcessing.Server.Http;

/// <summary>
/// Reads and drops the rest of the body of a refused request. Many clients, Python's http.client among them, send the
/// whole body before they read the answer. A connection that is closed meanwhile is a broken pipe for them, and the
/// answer is lost. The answer is sent first; after a limit of bytes or time the connection is closed.
/// </summary>
internal static class UnreadBodies
{
    /// <summary>The limit of dropped bytes.</summary>
    public const long MaxBytes = 256 * 1024 * 1024;

    /// <summary>Bodies up to here the web server throws away by itself.</summary>
    private const int SmallBytes = 64 * 1024;

    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    /// <summary>Must come before all middleware that may refuse a request.</summary>
    public static IApplicationBuilder UseUnreadBodies(this IApplicationBuilder app)
    {
        var time = app.ApplicationServices.GetRequiredService<TimeProvider>();
        return app.Use(
            async (context, next) =>
            {
                await next(context);
                if (context.Response.StatusCode >= StatusCodes.Status400BadRequest && MayBeUnread(context))
                    await DrainAsync(context, time);
            }
        );
    }

    /// <summary>
    /// A client that asks before it sends (<c>Expect: 100-continue</c>) reads the answer before it sends the body. HTTP/2
    /// can tell the client to stop.
    /// </summary>
    private static bool MayBeUnread(HttpContext context) =>
        context.Request.ContentLength is null or > SmallBytes
        && HttpProtocol.IsHttp11(context.Request.Protocol)
        && context.Request.Headers.Expect.Count == 0
        && context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: true };

    private static async Task DrainAsync(HttpContext context, TimeProvider time)
    {
        using var over = new CancellationTokenSource(Longest, time);
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(over.Token, context.RequestAborted);
        var chunk = ArrayPool<byte>.Shared.Rent(SmallBytes);
        try
        {
            await context.Response.CompleteAsync();
            if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
                limit.MaxRequestBodySize = MaxBytes;

            var left = MaxBytes;
            while (left > 0 && await context.Request.Body.ReadAsync(chunk, ending.Token) is var read and > 0)
                left -= read;
        }
        catch (Exception problem)
            when (problem is OperationCanceledException or IOException or InvalidOperationException
                || context.RequestAborted.IsCancellationRequested
            )
        {
            // The sender left, was too slow or sent no HTTP. It has the answer, or does not want it. An answer that was not written
            // because the sender had left cannot be completed.
            // A body whose read has failed cannot be read again, and the web server would try to.
            if (problem is not BadHttpRequestException)
                context.Abort();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(chunk);
        }
    }
}

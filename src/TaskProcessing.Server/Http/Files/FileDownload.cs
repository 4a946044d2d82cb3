using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http.Files;

/// <summary>
/// Sends a file: whole or one range of it, or nothing when the client has it already. With its headers a browser saves
/// the file and runs nothing in it.
/// </summary>
internal sealed class FileDownload(StoredFile file) : IResult
{
    private const int BufferSize = 128 * 1024;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var request = httpContext.Request;
        WriteHeaders(response, httpContext.Features.Get<Caller>());
        if (IsUnchanged(request))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var range = WantedRange(request);
        if (range is { Length: <= 0 })
        {
            response.StatusCode = StatusCodes.Status416RangeNotSatisfiable;
            response.Headers.ContentRange = $"bytes */{file.Size}";
            return;
        }

        var (from, length) = range ?? (0, file.Size);
        await using var content = HttpMethods.IsHead(request.Method)
            ? Stream.Null
            : await FileContent.OpenAsync(
                httpContext.RequestServices.GetRequiredService<IBlobStore>(),
                file,
                from,
                length,
                httpContext.RequestAborted
            );
        response.ContentType = file.MediaType;
        response.ContentLength = length;
        if (range is not null)
        {
            response.StatusCode = StatusCodes.Status206PartialContent;
            response.Headers.ContentRange = $"bytes {from}-{from + length - 1}/{file.Size}";
        }

        if (HttpMethods.IsHead(request.Method))
            return;

        try
        {
            await content.CopyToAsync(response.Body, BufferSize, httpContext.RequestAborted);
        }
        catch (BlobStoreUnavailableException) when (response.HasStarted)
        {
            // Cutting the connection is the only remaining way to mark the content as incomplete.
            httpContext.Abort();
        }
    }

    private void WriteHeaders(HttpResponse response, Caller? caller)
    {
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(file.Name);
        var headers = response.Headers;
        headers.ContentDisposition = disposition.ToString();
        headers.ETag = $"\"{file.ETag}\"";
        headers.LastModified = file.ModifiedAt.ToString("R", CultureInfo.InvariantCulture);
        headers.AcceptRanges = "bytes";
        headers.CacheControl = "private, no-cache";
        headers.ContentSecurityPolicy = "sandbox; default-src 'none'; frame-ancestors 'none'";
        if (caller?.UserId is { } userId)
            headers["X-User-Id"] = Uri.EscapeDataString(userId);
    }

    private bool IsUnchanged(HttpRequest request)
    {
        var conditions = request.GetTypedHeaders();
        if (conditions.IfNoneMatch.Count > 0)
            return conditions.IfNoneMatch.Any(known => known.Equals(EntityTagHeaderValue.Any) || known.Tag == $"\"{file.ETag}\"");

        return conditions.IfModifiedSince is { } since && Seconds(file.ModifiedAt) <= Seconds(since);
    }

    /// <summary>Null for the whole file, also for a request of several ranges, as the standard allows.</summary>
    private (long From, long Length)? WantedRange(HttpRequest request)
    {
        var headers = request.GetTypedHeaders();
        if (headers.Range is not { Unit.Value: "bytes", Ranges: { Count: 1 } ranges } || !IsOfThis(headers.IfRange))
            return null;

        var range = ranges.Single();
        var from = range.From ?? Math.Max(0, file.Size - range.To!.Value);
        var to = range.From is null ? file.Size - 1 : Math.Min(range.To ?? long.MaxValue, file.Size - 1);
        return (from, to - from + 1);
    }

    private bool IsOfThis(RangeConditionHeaderValue? condition) =>
        condition switch
        {
            null => true,
            { EntityTag: { } tag } => !tag.IsWeak && tag.Tag == $"\"{file.ETag}\"",
            { LastModified: { } modified } => Seconds(modified) == Seconds(file.ModifiedAt),
            _ => false,
        };

    private static long Seconds(DateTimeOffset time) => time.ToUnixTimeSeconds();
}

using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Http.Pages;

/// <summary>Sends a file of the pages, or says that the browser has it already.</summary>
internal sealed class PageResult(PageFile file) : IResult
{
    /// <summary>
    /// Scripts and styles come from here alone, none stand in a page, and texts become part of a page only through DOMPurify. Images of
    /// other servers are not loaded: an answer of a model could tell them with it what it knows.
    /// </summary>
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
        + "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        + "require-trusted-types-for 'script'; trusted-types dompurify";

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var (request, response) = (httpContext.Request, httpContext.Response);
        var encoding = EncodingOf(request);
        var headers = response.Headers;
        headers.ContentSecurityPolicy = Policy;
        headers.XFrameOptions = "DENY";
        // Not "no-referrer": with that, browsers say of forms that they come from nowhere.
        headers["Referrer-Policy"] = "same-origin";
        headers["Cross-Origin-Opener-Policy"] = "same-origin";
        headers["Cross-Origin-Resource-Policy"] = "same-origin";
        headers.CacheControl = file.IsVersioned ? "public, max-age=31536000, immutable" : "no-cache";
        headers.Vary = "Accept-Encoding";
        headers.ETag = file.ETagAs(encoding);
        if (request.GetTypedHeaders().IfNoneMatch.Any(known => known.Tag == file.ETagAs(encoding)))
        {
            response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        var content = file.ContentAs(encoding);
        headers.ContentType = file.MediaType;
        headers.ContentLength = content.Length;
        if (encoding.Length > 0)
            headers.ContentEncoding = encoding;
        if (!HttpMethods.IsHead(request.Method))
            await response.Body.WriteAsync(content, httpContext.RequestAborted);
    }

    private static string EncodingOf(HttpRequest request)
    {
        var accepted = request.GetTypedHeaders().AcceptEncoding;
        return Takes("br") ? "br"
            : Takes("gzip") ? "gzip"
            : "";

        bool Takes(string encoding) =>
            accepted.Any(wish => wish.Value.Equals(encoding, StringComparison.OrdinalIgnoreCase) && wish.Quality is not 0);
    }
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>A WebDAV request with the place that it is about. Handlers take it as a parameter.</summary>
/// <param name="Context">The request.</param>
/// <param name="UserId">Whose tree it is; always the caller's own.</param>
/// <param name="Address">The place, and the address that leads to it.</param>
internal sealed record DavRequest(HttpContext Context, string UserId, DavAddress Address)
{
    public FilePath Path => Address.Path;

    private IHeaderDictionary Headers => Context.Request.Headers;

    /// <summary>The raw target: in the decoded path a slash within a name could not be told from one between names.</summary>
    public static ValueTask<DavRequest> BindAsync(HttpContext context)
    {
        var caller = context.Features.GetRequiredFeature<Caller>();
        var address = DavAddress.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, caller.UserId!)
            ?? throw new BadHttpRequestException("There is no such place", StatusCodes.Status404NotFound);
        return ValueTask.FromResult(new DavRequest(context, caller.UserId!, address));
    }

    /// <summary>The <c>Destination</c> of a COPY or MOVE.</summary>
    /// <exception cref="BadHttpRequestException">It is missing, or none of the user's places.</exception>
    public DavAddress Destination()
    {
        var destination = Headers["Destination"].ToString();
        if (destination.Length == 0)
            throw new BadHttpRequestException("The Destination header is missing");

        return DavAddress.Parse(destination, UserId) ?? throw new BadHttpRequestException("The Destination is no place of yours on this server", StatusCodes.Status403Forbidden);
    }

    /// <summary>Whether what is at the destination may go; it may unless the client says no.</summary>
    public bool Overwrite => !Headers["Overwrite"].ToString().Equals("F", StringComparison.OrdinalIgnoreCase);

    /// <summary>0 or 1, or null for infinity.</summary>
    /// <param name="otherwise">What counts when the client says nothing.</param>
    public int? Depth(int? otherwise) => Headers["Depth"].ToString().ToLowerInvariant() switch
    {
        "" => otherwise,
        "0" => 0,
        "1" => 1,
        "infinity" => null,
        var other => throw new BadHttpRequestException($"The Depth \"{other}\" is none"),
    };

    /// <summary>When the content was last changed at the sender's: Nextcloud's header, in Unix seconds.</summary>
    public DateTimeOffset? SentModified =>
        long.TryParse(Headers["X-OC-MTime"].ToString().Split('.')[0], NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds < 253_402_300_800
            ? DateTimeOffset.FromUnixTimeSeconds(seconds)
            : null;

    /// <summary>The checksum that the sender names, such as <c>SHA1:…</c>.</summary>
    public string? SentChecksum => Headers["OC-Checksum"].ToString() is { Length: > 0 } checksum ? checksum : null;

    /// <summary>The length that the sender names for an upload in parts.</summary>
    public long? SentTotalLength => long.TryParse(Headers["OC-Total-Length"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var length) ? length : null;

    /// <summary>Whether <c>If-Match</c> and <c>If-None-Match</c> let what is there (null for nothing) be changed.</summary>
    public bool MayChange(StoredFile? file)
    {
        var conditions = Context.Request.GetTypedHeaders();
        if (conditions.IfMatch.Count > 0 && (file is null || !conditions.IfMatch.Any(tag => tag.Tag == "*" || tag.Tag == Quoted(file))))
            return false;

        return file is null || !conditions.IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == Quoted(file));
    }

    public static string Quoted(StoredFile file) => $"\"{file.ETag}\"";
}

using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Http.Auth;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>A WebDAV request with the place that it is about. Handlers take it as a parameter.</summary>
/// <param name="Context">The request.</param>
/// <param name="UserId">The owner of the tree; always the caller.</param>
/// <param name="Address">The place, and the address that leads to it.</param>
internal sealed record DavRequest(HttpContext Context, string UserId, DavAddress Address)
{
    public FilePath Path => Address.Path;

    private IHeaderDictionary Headers => Context.Request.Headers;

    /// <summary>The raw target: the decoded path does not distinguish a slash within a name from one between names.</summary>
    public static DavRequest Of(HttpContext context)
    {
        var caller = context.Features.GetRequiredFeature<Caller>();
        var isNew = context.Request.Method is "PUT" or "MKCOL" or "LOCK";
        var address =
            DavAddress.Parse(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget, caller.UserId!, isNew)
            ?? throw new BadHttpRequestException("There is no such place", StatusCodes.Status404NotFound);
        return new DavRequest(context, caller.UserId!, address);
    }

    /// <summary>The <c>Destination</c> of a COPY or MOVE.</summary>
    /// <exception cref="BadHttpRequestException">It is missing, on another server, or none of the user's places.</exception>
    public DavAddress Destination()
    {
        var destination = Headers["Destination"].ToString();
        if (destination.Length == 0)
            throw new BadHttpRequestException("The Destination header is missing");
        if (Uri.TryCreate(destination, UriKind.Absolute, out var url) && url.Host.Length > 0 && !IsThisServer(url))
        {
            throw new BadHttpRequestException(
                $"The Destination is on another server, {url.Authority}. If that is this one, the proxy in between must pass the Host "
                    + "header on or send X-Forwarded-Host",
                StatusCodes.Status502BadGateway
            );
        }

        return DavAddress.Parse(destination, UserId, isNew: true)
            ?? throw new BadHttpRequestException("The Destination is no place of yours on this server", StatusCodes.Status403Forbidden);
    }

    /// <summary>
    /// True when clients reach this server by that name. <c>Host</c> alone is not enough: a proxy may change it, and
    /// nginx with <c>$host</c> leaves the port out. The header of an untrusted proxy counts too, because it only concerns
    /// the client's own request.
    /// </summary>
    private bool IsThisServer(Uri url) =>
        Headers["X-Forwarded-Host"]
            .ToString()
            .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(host => new HostString(host))
            .Append(Context.Request.Host)
            .Any(host =>
                host.HasValue
                && host.Host.Trim('[', ']').Equals(url.Host.Trim('[', ']'), StringComparison.OrdinalIgnoreCase)
                && (host.Port is not { } port || port == url.Port)
            );

    /// <summary>True when the file at the destination may be replaced; it may unless the client says no.</summary>
    public bool Overwrite => !Headers["Overwrite"].ToString().Equals("F", StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// The number of levels below, or null for infinity. The standard has 0, 1 and infinity; nc_py_api asks for 2 and
    /// more, as Nextcloud allows.
    /// </summary>
    /// <param name="otherwise">The depth without the header.</param>
    public int? Depth(int? otherwise) => Headers["Depth"].ToString() is { Length: > 0 } depth ? ReadDepth(depth) : otherwise;

    /// <exception cref="BadHttpRequestException">It is no depth.</exception>
    public static int? ReadDepth(string depth) =>
        depth.Equals("infinity", StringComparison.OrdinalIgnoreCase) ? null
        : int.TryParse(depth, NumberStyles.None, CultureInfo.InvariantCulture, out var levels) ? levels
        : throw new BadHttpRequestException($"The Depth \"{depth}\" is none");

    /// <summary>The time of the last change at the sender: Nextcloud's header, in Unix seconds.</summary>
    /// <exception cref="BadHttpRequestException">It is no such time.</exception>
    public DateTimeOffset? SentModified
    {
        get
        {
            var sent = Headers["X-OC-MTime"].ToString();
            if (sent.Length == 0)
                return null;

            return DavTime.ReadUnixSeconds(sent)
                ?? throw new BadHttpRequestException($"The X-OC-MTime \"{sent}\" is no time in Unix seconds, such as 1700000000");
        }
    }

    /// <summary>The checksums that the sender names, such as <c>SHA1:… MD5:…</c>.</summary>
    public string? SentChecksum => Headers["OC-Checksum"].ToString() is { Length: > 0 } checksum ? checksum : null;

    /// <summary>The announced length of the whole file.</summary>
    /// <exception cref="BadHttpRequestException">It is no length.</exception>
    public long? SentTotalLength
    {
        get
        {
            var sent = Headers["OC-Total-Length"].ToString();
            if (sent.Length == 0)
                return null;

            return long.TryParse(sent, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
                ? length
                : throw new BadHttpRequestException($"The OC-Total-Length \"{sent}\" is no number of bytes");
        }
    }

    /// <summary>True when <c>If-Match</c> and <c>If-None-Match</c> allow a change of the present file (null for none).</summary>
    public bool MayChange(StoredFile? file)
    {
        var conditions = Context.Request.GetTypedHeaders();
        if (conditions.IfMatch.Count > 0 && (file is null || !conditions.IfMatch.Any(tag => tag.Tag == "*" || tag.Tag == Quoted(file))))
            return false;

        return file is null || !conditions.IfNoneMatch.Any(tag => tag.Tag == "*" || tag.Tag == Quoted(file));
    }

    /// <summary>The ETag in the form of headers and properties; null without one.</summary>
    public static string? Quoted(StoredFile file) => file.ETag is { } tag ? $"\"{tag}\"" : null;
}

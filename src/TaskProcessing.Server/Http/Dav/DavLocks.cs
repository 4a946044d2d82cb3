using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>LOCK and UNLOCK.</summary>
internal sealed class DavLocks(IFileStore files, IFileLockStore locks, SaveFile saveFile, DavGuard guard, TimeProvider time)
{
    private const int MaxOwnerLength = 4000;

    /// <summary>The limit of locks of a user: every writing request reads all of them.</summary>
    private const int MaxLocks = 1000;

    private static readonly TimeSpan UsualTimeout = TimeSpan.FromMinutes(30);
    private static readonly TimeSpan LongestTimeout = FileLock.LongestLife;

    public async Task<IResult> LockAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var expiresAt = time.GetUtcNow() + Timeout(request.Context.Request.Headers["Timeout"].ToString());
        if (await DavBody.ReadAsync(request.Context.Request, cancellationToken) is not { } body)
            return await ExtendAsync(request, expiresAt, cancellationToken);
        if (Read(request, body, expiresAt) is not { } wanted)
            return DavResult.Failure(
                StatusCodes.Status400BadRequest,
                "Only shared and exclusive write locks of depth 0 or infinity can be had"
            );

        if ((await locks.ListAsync(request.UserId, time.GetUtcNow(), cancellationToken)).Count >= MaxLocks)
            return DavResult.Failure(StatusCodes.Status507InsufficientStorage, $"A user may hold {MaxLocks} locks at a time");

        var existing = await files.FindAtAsync(request.UserId, request.Path, cancellationToken);
        if (existing is null && await guard.RefuseAsync(request, [(request.Address, DavChange.Member)], cancellationToken) is { } refusal)
            return refusal;
        if (existing is not null && await guard.RefuseAsync(request, [], cancellationToken) is { } condition)
            return condition;
        if (existing is null && await CreateAsync(request, cancellationToken) is { } failure)
            return failure;
        if (!await locks.TryAddAsync(wanted, time.GetUtcNow(), cancellationToken))
            return DavResult.Failure(StatusCodes.Status423Locked, "It is locked", new XElement(DavXml.Dav + "no-conflicting-lock"));

        request.Context.Response.Headers["Lock-Token"] = $"<{wanted.Token}>";
        return Answer(request, existing is null ? StatusCodes.Status201Created : StatusCodes.Status200OK, wanted);
    }

    public async Task<IResult> UnlockAsync(DavRequest request, CancellationToken cancellationToken)
    {
        var token = request.Context.Request.Headers["Lock-Token"].ToString().Trim().TrimStart('<').TrimEnd('>');
        if (token.Length == 0)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "The Lock-Token header is missing");

        var held = await locks.ListAsync(request.UserId, time.GetUtcNow(), cancellationToken);
        if (!held.Any(other => other.Token == token && other.Covers(request.Path)))
        {
            return DavResult.Failure(
                StatusCodes.Status409Conflict,
                "There is no such lock here",
                new XElement(DavXml.Dav + "lock-token-matches-request-uri")
            );
        }

        await locks.RemoveAsync(request.UserId, [token], cancellationToken);
        return DavResult.NoContent;
    }

    /// <summary>The XML of a lock in <c>lockdiscovery</c>.</summary>
    public static XElement Describe(FileLock held, DavAddress address, DateTimeOffset now) =>
        new(
            DavXml.Dav + "activelock",
            new XElement(DavXml.Dav + "locktype", new XElement(DavXml.Dav + "write")),
            new XElement(DavXml.Dav + "lockscope", new XElement(DavXml.Dav + (held.IsExclusive ? "exclusive" : "shared"))),
            new XElement(DavXml.Dav + "depth", held.IsDeep ? "infinity" : "0"),
            held.Owner is { } owner ? new RawXml(owner) : null,
            new XElement(DavXml.Dav + "timeout", $"Second-{(long)(held.ExpiresAt - now).TotalSeconds}"),
            new XElement(DavXml.Dav + "locktoken", new XElement(DavXml.Dav + "href", held.Token)),
            new XElement(DavXml.Dav + "lockroot", new XElement(DavXml.Dav + "href", address.Href(held.Path, isFolder: false)))
        );

    private async Task<IResult> ExtendAsync(DavRequest request, DateTimeOffset expiresAt, CancellationToken cancellationToken)
    {
        var tokens = IfHeader.Parse(request.Context.Request.Headers["If"].ToString())?.Tokens.ToHashSet();
        if (tokens is null)
            return DavResult.Failure(StatusCodes.Status400BadRequest, "A LOCK without a body extends the lock that its If header names");

        var held = (await locks.ListAsync(request.UserId, time.GetUtcNow(), cancellationToken)).FirstOrDefault(other =>
            tokens.Contains(other.Token) && other.Covers(request.Path)
        );
        if (held is null)
            return DavResult.ConditionFailed;

        await locks.ExtendAsync(request.UserId, held.Token, expiresAt, cancellationToken);
        held.ExpiresAt = expiresAt;
        return Answer(request, StatusCodes.Status200OK, held);
    }

    /// <summary>Locking a place where there is nothing puts an empty file there.</summary>
    private async Task<DavResult?> CreateAsync(DavRequest request, CancellationToken cancellationToken) =>
        await saveFile.RunAsync(
            new SaveRequest(request.UserId, request.Path, Stream.Null) { Length = 0, MayReplace = there => there is null },
            cancellationToken
        )
            is SaveOutcome.NotPlaced refused
            ? DavResult.Of(refused.Reason)
            : null;

    private DavResult Answer(DavRequest request, int status, FileLock held) =>
        new(status, DavXml.Root("prop", new XElement(DavXml.Dav + "lockdiscovery", Describe(held, request.Address, time.GetUtcNow()))));

    private static FileLock? Read(DavRequest request, XmlElement body, DateTimeOffset expiresAt)
    {
        var scope = body.Child(DavXml.Dav + "lockscope");
        var isExclusive = scope?.Child(DavXml.Dav + "exclusive") is not null;
        var depth = request.Depth(otherwise: null);
        if (
            DavName.Of(body) != DavXml.Dav + "lockinfo"
            || body.Child(DavXml.Dav + "locktype")?.Child(DavXml.Dav + "write") is null
            || (!isExclusive && scope?.Child(DavXml.Dav + "shared") is null)
            || depth > 0
        )
            return null;

        var owner = body.Child(DavXml.Dav + "owner")?.OuterXml;
        return new FileLock
        {
            Token = $"urn:uuid:{Guid.NewGuid()}",
            UserId = request.UserId,
            Tree = request.Path.Tree,
            PathText = request.Path.Text,
            IsDeep = depth is null,
            IsExclusive = isExclusive,
            Owner = owner?.Length > MaxOwnerLength ? null : owner,
            ExpiresAt = expiresAt,
        };
    }

    /// <summary>The first valid time in the header, within bounds.</summary>
    private static TimeSpan Timeout(string header)
    {
        foreach (var requested in header.Split(',', StringSplitOptions.TrimEntries))
        {
            if (requested.Equals("Infinite", StringComparison.OrdinalIgnoreCase))
                return LongestTimeout;
            if (
                requested.StartsWith("Second-", StringComparison.OrdinalIgnoreCase)
                && uint.TryParse(requested.AsSpan("Second-".Length), CultureInfo.InvariantCulture, out var seconds)
            )
                return TimeSpan.FromSeconds(Math.Clamp(seconds, 1, LongestTimeout.TotalSeconds));
        }

        return UsualTimeout;
    }
}

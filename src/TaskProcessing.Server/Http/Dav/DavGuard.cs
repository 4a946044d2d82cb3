using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The kinds of change that locks distinguish.</summary>
internal enum DavChange
{
    /// <summary>Its content or properties change.</summary>
    Content,

    /// <summary>It comes into being, so its folder changes.</summary>
    Member,

    /// <summary>It is removed or replaced with everything below, so its folder changes.</summary>
    Tree,
}

/// <summary>
/// Holds writing requests to their conditions (<c>If</c>, <c>If-Match</c>, <c>If-None-Match</c>) and to the locks of others.
/// </summary>
internal sealed class DavGuard(IFileStore files, IFileLockStore locks, TimeProvider time)
{
    /// <returns>Null when the request may go on, else the answer.</returns>
    public async Task<DavResult?> RefuseAsync(
        DavRequest request,
        IEnumerable<(DavAddress Address, DavChange Change)> changes,
        CancellationToken cancellationToken
    )
    {
        var held = await locks.ListAsync(request.UserId, time.GetUtcNow(), cancellationToken);
        var submitted = new HashSet<string>();
        var text = string.Join(' ', request.Context.Request.Headers["If"].ToArray());
        if (text.Length > 0)
        {
            if (IfHeader.Parse(text) is not { } conditions)
                return DavResult.Failure(StatusCodes.Status400BadRequest, IfHeader.Unreadable);
            if (!await HoldsAsync(conditions, request, held, cancellationToken))
                return DavResult.ConditionFailed;

            submitted.UnionWith(conditions.Tokens);
        }

        var requestHeaders = request.Context.Request.Headers;
        if (
            (requestHeaders.IfMatch.Count > 0 || requestHeaders.IfNoneMatch.Count > 0)
            && !request.MayChange(await files.FindAtAsync(request.UserId, request.Path, cancellationToken))
        )
            return DavResult.ConditionFailed;

        var blocking = changes
            .SelectMany(change => held.Where(other => Blocks(other, change.Address.Path, change.Change)))
            .Distinct()
            .ToList();
        var opened = blocking.Where(other => !other.IsExclusive && submitted.Contains(other.Token)).Select(other => other.Path).ToHashSet();
        return blocking.Find(other => !IsOpen(other, submitted, opened)) is { } closed ? Locked(request, closed) : null;
    }

    public static DavResult Locked(DavRequest request, FileLock other) =>
        DavResult.Failure(
            StatusCodes.Status423Locked,
            "It is locked",
            new XElement(
                DavXml.Dav + "lock-token-submitted",
                new XElement(DavXml.Dav + "href", request.Address.Href(other.Path, isFolder: false))
            )
        );

    private static bool Blocks(FileLock held, FilePath path, DavChange change) =>
        change switch
        {
            DavChange.Content => held.Covers(path),
            DavChange.Member => held.Covers(path) || held.Path == path.Parent,
            _ => held.Covers(path) || held.Path == path.Parent || held.Path.IsBelow(path),
        };

    /// <summary>Of shared locks on one place the token of any will do.</summary>
    private static bool IsOpen(FileLock held, HashSet<string> submitted, HashSet<FilePath> opened) =>
        submitted.Contains(held.Token) || (!held.IsExclusive && opened.Contains(held.Path));

    private async Task<bool> HoldsAsync(
        IfHeader conditions,
        DavRequest request,
        IReadOnlyList<FileLock> held,
        CancellationToken cancellationToken
    )
    {
        var found = new Dictionary<FilePath, StoredFile?>();
        foreach (var list in conditions.Lists)
        {
            var address = list.Resource is null ? request.Address : DavAddress.Parse(list.Resource, request.UserId);
            if (address is not { Path: var path })
                continue;

            if (!found.ContainsKey(path) && list.Conditions.Any(condition => condition.ETag is not null))
                found[path] = await files.FindAtAsync(request.UserId, path, cancellationToken);
            if (list.Conditions.All(condition => Holds(condition, path, found.GetValueOrDefault(path), held)))
                return true;
        }

        return false;
    }

    private static bool Holds(IfCondition condition, FilePath path, StoredFile? file, IReadOnlyList<FileLock> held) =>
        condition.Negated
        != (
            condition.Token is { } token
                ? held.Any(other => other.Token == token && other.Covers(path))
                : file is not null && DavRequest.Quoted(file) == condition.ETag
        );
}

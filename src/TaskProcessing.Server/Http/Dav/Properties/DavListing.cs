using System.Xml.Linq;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>Lists files and folders with the properties that a client wants.</summary>
internal sealed class DavListing(IFileStore files, IFileLockStore locks, IOptions<FilesOptions> options, TimeProvider time)
{
    /// <summary>The limit of results of a search, and of entries of a listing deeper than one level.</summary>
    public const int MaxEntries = 10_000;

    /// <summary>
    /// The limit of locks times entries in an answer with <c>lockdiscovery</c>: a shared lock on the top, of which there may be
    /// hundreds, is told of each entry.
    /// </summary>
    private const int MaxLockEntries = 200_000;

    public async Task<IEnumerable<XElement>> DescribeAsync(
        DavRequest request,
        RequestedProperties requested,
        IReadOnlyCollection<FoundFile> found,
        CancellationToken cancellationToken
    )
    {
        var shared = await ReadSharedAsync(request, requested, found, cancellationToken);
        return found.Select(entry =>
            MultiStatus.Response(
                request.Address.Href(entry.Path, entry.File.IsFolder),
                requested.Of(new DavProperties.Subject(request, entry.File, entry.Path, shared))
            )
        );
    }

    private async Task<DavProperties.SharedValues> ReadSharedAsync(
        DavRequest request,
        RequestedProperties requested,
        IReadOnlyCollection<FoundFile> found,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var folders = requested.Includes(DavProperties.Size)
            ? found.Where(entry => entry.File.IsFolder).Select(entry => entry.File.Id).ToList()
            : [];
        return new DavProperties.SharedValues(
            now,
            requested.Includes(DavXml.Dav + "lockdiscovery") ? await ListLocksAsync(request, found.Count, now, cancellationToken) : [],
            await files.SumFoldersAsync(request.UserId, folders, cancellationToken),
            requested.Includes(DavProperties.QuotaUsed) || requested.Includes(DavProperties.QuotaAvailable)
                ? await files.SumAllAsync(request.UserId, cancellationToken)
                : 0,
            options.Value.QuotaBytes
        );
    }

    private async Task<IReadOnlyList<FileLock>> ListLocksAsync(
        DavRequest request,
        int entries,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var held = await locks.ListAsync(request.UserId, now, cancellationToken);
        return (long)held.Count * entries <= MaxLockEntries
            ? held
            : throw new BadHttpRequestException(
                $"You hold too many locks, {held.Count}, to tell of them for each of {entries} files and folders",
                StatusCodes.Status403Forbidden
            );
    }
}

using System.Xml.Linq;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Http.Dav.Properties;

/// <summary>Lists files and folders with the properties that a client wants.</summary>
internal sealed class DavListing(IFileStore files, IFileLockStore locks, IOptions<FilesOptions> options, TimeProvider time)
{
    /// <summary>The limit of results of a search, and of entries of a listing deeper than one level.</summary>
    public const int MaxEntries = 10_000;

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
            requested.Includes(DavXml.Dav + "lockdiscovery") ? await locks.ListAsync(request.UserId, now, cancellationToken) : [],
            await files.SumFoldersAsync(request.UserId, folders, cancellationToken),
            requested.Includes(DavProperties.QuotaUsed) || requested.Includes(DavProperties.QuotaAvailable)
                ? await files.SumAllAsync(request.UserId, cancellationToken)
                : 0,
            options.Value.QuotaBytes
        );
    }
}

using System.Formats.Tar;
using System.IO.Compression;
using System.Net.Mime;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Http.Files;

namespace TaskProcessing.Server.Http.Dav;

/// <summary>The archives that a folder can be packed into.</summary>
internal enum ArchiveFormat
{
    Zip,
    Tar,
}

/// <summary>
/// Sends files, and folders with all that is in them, as one archive that is made while it is sent: of the contents nothing is
/// kept in memory, of the tree one folder on each level. An archive that cannot be brought to its end is broken off, so that its
/// receiver notices.
/// </summary>
internal sealed class FolderArchive(
    IFileStore files,
    IBlobStore blobs,
    string userId,
    string name,
    ArchiveFormat format,
    IReadOnlyList<StoredFile> members
) : IResult
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;

    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <summary>The bit by which the attributes of Unix in a zip archive tell folders.</summary>
    private const int FolderBit = 0x4000;

    private const int FileBit = 0x8000;

    /// <summary>Zip archives know no earlier time.</summary>
    private static readonly DateTimeOffset FirstZipTime = new(1980, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly DateTimeOffset LastZipTime = new(2107, 12, 31, 0, 0, 0, TimeSpan.Zero);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var disposition = new ContentDispositionHeaderValue("attachment");
        disposition.SetHttpFileName(name + (format == ArchiveFormat.Zip ? ".zip" : ".tar"));
        response.Headers.ContentDisposition = disposition.ToString();
        response.ContentType = format == ArchiveFormat.Zip ? MediaTypeNames.Application.Zip : "application/x-tar";
        response.Headers.CacheControl = "private, no-store";
        if (HttpMethods.IsHead(httpContext.Request.Method))
            return;

        await using var body = new ArchiveBody(response.BodyWriter);
        try
        {
            if (format == ArchiveFormat.Zip)
                await WriteZipAsync(body, httpContext.RequestAborted);
            else
                await WriteTarAsync(body, httpContext.RequestAborted);
        }
        catch (BlobStoreUnavailableException) when (response.HasStarted)
        {
            httpContext.Abort();
        }
    }

    private async Task WriteZipAsync(Stream body, CancellationToken cancellationToken)
    {
        // Disposed of at the end alone: that writes the directory, with which a part of an archive would look whole.
        var zip = await ZipArchive.CreateAsync(body, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken);
        await foreach (var (path, file) in WalkAsync(cancellationToken))
        {
            // Not compressed, as in Nextcloud: 420 MB that do not get smaller took four times as long, and came out 5 % larger.
            var entry = zip.CreateEntry(path, CompressionLevel.NoCompression);
            entry.LastWriteTime =
                file.ModifiedAt < FirstZipTime ? FirstZipTime
                : file.ModifiedAt > LastZipTime ? LastZipTime
                : file.ModifiedAt.ToUniversalTime();
            entry.ExternalAttributes = (file.IsFolder ? FolderBit | (int)FolderMode : FileBit | (int)FileMode) << 16;
            if (file.IsFolder)
                continue;

            await using var content = await FileContent.OpenAsync(blobs, file, 0, file.Size, cancellationToken);
            await using var target = await entry.OpenAsync(cancellationToken);
            await content.CopyToAsync(target, cancellationToken);
        }

        await zip.DisposeAsync();
    }

    private async Task WriteTarAsync(Stream body, CancellationToken cancellationToken)
    {
        // As above.
        var tar = new TarWriter(body, TarEntryFormat.Pax, leaveOpen: true);
        await foreach (var (path, file) in WalkAsync(cancellationToken))
        {
            var entry = new PaxTarEntry(file.IsFolder ? TarEntryType.Directory : TarEntryType.RegularFile, path)
            {
                ModificationTime = file.ModifiedAt,
                Mode = file.IsFolder ? FolderMode : FileMode,
            };
            await using var content = file.IsFolder ? null : await FileContent.OpenAsync(blobs, file, 0, file.Size, cancellationToken);
            if (content is not null)
                entry.DataStream = content;
            await tar.WriteEntryAsync(entry, cancellationToken);
        }

        await tar.DisposeAsync();
    }

    /// <summary>The files and folders, each folder before its members, read when their turn comes.</summary>
    private async IAsyncEnumerable<(string Path, StoredFile File)> WalkAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        var next = new Stack<(string Path, StoredFile File)>(members.Reverse().Select(file => (file.Name, file)));
        while (next.TryPop(out var entry))
        {
            if (!entry.File.IsFolder)
            {
                yield return entry;
                continue;
            }

            var path = entry.Path + "/";
            yield return (path, entry.File);
            foreach (var child in (await files.ListAsync(userId, entry.File.Id, cancellationToken)).Reverse())
                next.Push((path + child.Name, child));
        }
    }
}

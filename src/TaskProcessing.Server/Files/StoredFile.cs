using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Files;

/// <summary>A file or folder of a user, or a file that belongs to a task.</summary>
internal sealed class StoredFile
{
    public long Id { get; set; }

    /// <summary>The owner of the file; null for files that belong to a task, or will.</summary>
    public string? UserId { get; init; }

    /// <summary>
    /// The task whose result file, or fetched input file, it is; it is removed with its task. Null for users' files.
    /// </summary>
    public long? TaskId { get; init; }

    /// <summary>Its folder, or the number of a <see cref="FileTree"/> for the first folders of a tree.</summary>
    public long ParentId { get; set; }

    /// <summary>Empty for the home folder.</summary>
    public required string Name { get; set; }

    public bool IsFolder { get; init; }

    /// <summary>
    /// The key of the content; null for folders. Contents never change, so this is the ETag too; copies share it.
    /// </summary>
    public string? BlobKey { get; set; }

    /// <summary>A text that every change below a folder replaces, up to the home folder; null for files.</summary>
    public string? Revision { get; set; }

    /// <summary>In bytes; 0 for folders.</summary>
    public long Size { get; set; }

    /// <summary>The media type that is safe for a browser; see <see cref="MediaTypes"/>. Null for folders.</summary>
    public string? MediaType { get; set; }

    /// <summary>The checksum that the uploader sent along, such as <c>SHA1:…</c>; it was found right.</summary>
    public string? Checksum { get; set; }

    /// <summary>WebDAV properties that mean something only to clients: an XML document, or null.</summary>
    public string? Properties { get; set; }

    public DateTimeOffset ModifiedAt { get; set; }

    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>The time when its user deleted it; it is kept as long as an unfinished task names it.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>
    /// Changes with every change of the content, or of anything below a folder. Without quotes; null for the top of the
    /// uploads.
    /// </summary>
    public string? ETag => BlobKey ?? Revision;

    /// <summary>Never the same twice, not even in a database that was restored from a backup.</summary>
    public static string NewRevision() => Guid.NewGuid().ToString("N");
}

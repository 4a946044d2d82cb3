using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Keeps the catalogue of files: what exists, where, and whose it is. Each change of a user's tree is one transaction,
/// and those of one user come one after the other. What a user deletes is only marked; see <see cref="IFileSweep"/>.
/// </summary>
internal interface IFileStore
{
    /// <summary>Any file or folder, deleted ones included.</summary>
    Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>What is at a place of a user's trees; the top of a tree is always there, with the tree's number as its id.</summary>
    Task<StoredFile?> FindAtAsync(string userId, FilePath path, CancellationToken cancellationToken);

    /// <summary>What lies in a folder, by name.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(string userId, long folderId, CancellationToken cancellationToken);

    /// <summary>The bytes in each of the folders and below.</summary>
    Task<IReadOnlyDictionary<long, long>> SumFoldersAsync(string userId, IReadOnlyCollection<long> folderIds, CancellationToken cancellationToken);

    /// <summary>The bytes of all files of a user.</summary>
    Task<long> SumAllAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Puts a content, which is pending until then, at a place; what was there before keeps its id.</summary>
    Task<PlaceOutcome> SaveAsync(FileSave save, CancellationToken cancellationToken);

    Task<PlaceOutcome> AddFolderAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken);

    Task<PlaceOutcome> MoveAsync(FileTransfer transfer, CancellationToken cancellationToken);

    /// <summary>Copies a file, or a folder with all or nothing that is in it. Contents are shared, not copied.</summary>
    Task<PlaceOutcome> CopyAsync(FileTransfer transfer, CancellationToken cancellationToken);

    /// <summary>Marks a file, or a folder with all that is in it, as deleted. False when there is none.</summary>
    Task<bool> DeleteAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken);

    Task SetPropertiesAsync(long id, string? properties, CancellationToken cancellationToken);

    /// <summary>Adds a result file, whose content is pending until then, to its task.</summary>
    Task<AddTaskFileOutcome> AddTaskFileAsync(StoredFile file, int maxFiles, CancellationToken cancellationToken);
}

/// <summary>A content on its way to its place.</summary>
internal sealed record FileSave
{
    public required string UserId { get; init; }

    public required FilePath Path { get; init; }

    public required StoredContent Content { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>How many bytes the user may have; null for any number.</summary>
    public long? Quota { get; init; }

    /// <summary>Asked with what is at the place now (null for nothing), within the transaction.</summary>
    public Func<StoredFile?, bool> MayReplace { get; init; } = _ => true;

    /// <summary>The folder of the parts that the content was made of; it goes in the same transaction.</summary>
    public FilePath? Parts { get; init; }
}

/// <summary>A move or a copy.</summary>
internal sealed record FileTransfer(string UserId, FilePath From, FilePath To, bool Overwrite, DateTimeOffset Now)
{
    /// <summary>Whether what is in a folder comes along; only a copy can do without.</summary>
    public bool Deep { get; init; } = true;

    public long? Quota { get; init; }
}

/// <summary>What came of putting something at a place.</summary>
internal abstract record PlaceOutcome
{
    private PlaceOutcome()
    {
    }

    /// <summary>It is there; <paramref name="Created"/> when there was nothing before.</summary>
    public sealed record Placed(StoredFile File, bool Created) : PlaceOutcome;

    /// <summary>There is nothing to move or copy.</summary>
    public sealed record NotFound : PlaceOutcome;

    /// <summary>There is no folder to put it into.</summary>
    public sealed record NoParent : PlaceOutcome;

    /// <summary>Something is there that may not be replaced: a folder by a file, anything by a new folder, or what the caller wanted kept.</summary>
    public sealed record Exists(StoredFile File) : PlaceOutcome;

    /// <summary><see cref="FileSave.MayReplace"/> said no.</summary>
    public sealed record Changed : PlaceOutcome;

    /// <summary>A folder cannot go into itself, nor replace the one that it is in.</summary>
    public sealed record IntoItself : PlaceOutcome;

    /// <summary>The user would have more than the quota.</summary>
    public sealed record OverQuota(long Quota) : PlaceOutcome;
}

/// <summary>What came of adding a result file.</summary>
internal abstract record AddTaskFileOutcome
{
    private AddTaskFileOutcome()
    {
    }

    public sealed record Added(long Id) : AddTaskFileOutcome;

    public sealed record NoTask : AddTaskFileOutcome;

    public sealed record TooMany : AddTaskFileOutcome;
}

using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>
/// Keeps the catalogue of files: their paths, owners and contents. Each change of a user's tree is one transaction, and
/// those of one user come one after the other. A file that a user deletes is only marked; see <see cref="IFileSweep"/>.
/// </summary>
internal interface IFileStore
{
    /// <summary>Any file or folder, deleted ones included.</summary>
    Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken);

    /// <summary>
    /// The files and folders with these ids, deleted ones included. Where one is missing, later ones may be missing too.
    /// </summary>
    Task<IReadOnlyDictionary<long, StoredFile>> FindAsync(IEnumerable<long> ids, CancellationToken cancellationToken);

    /// <summary>
    /// The file or folder at a path of a user's trees. The top of the uploads always exists, with the tree's number as
    /// its id.
    /// </summary>
    Task<StoredFile?> FindAtAsync(string userId, FilePath path, CancellationToken cancellationToken);

    /// <summary>The members of a folder, by name.</summary>
    Task<IReadOnlyList<StoredFile>> ListAsync(string userId, long folderId, CancellationToken cancellationToken);

    /// <summary>The bytes in each of the folders and below.</summary>
    Task<IReadOnlyDictionary<long, long>> SumFoldersAsync(
        string userId,
        IReadOnlyCollection<long> folderIds,
        CancellationToken cancellationToken
    );

    /// <summary>The bytes of all files of a user.</summary>
    Task<long> SumAllAsync(string userId, CancellationToken cancellationToken);

    /// <summary>Puts a pending content at a path; a file that was there keeps its id.</summary>
    Task<PlaceOutcome> SaveAsync(FileSave save, CancellationToken cancellationToken);

    Task<PlaceOutcome> AddFolderAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken);

    Task<PlaceOutcome> MoveAsync(FileTransfer transfer, CancellationToken cancellationToken);

    /// <summary>Copies a file, or a folder with all or nothing that is in it. Contents are shared, not copied.</summary>
    Task<PlaceOutcome> CopyAsync(FileTransfer transfer, CancellationToken cancellationToken);

    /// <summary>Marks a file, or a folder with all that is in it, as deleted. False when there is none.</summary>
    Task<bool> DeleteAsync(string userId, FilePath path, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Sets the properties of a file or folder, and when it was last changed unless that is null.</summary>
    Task SetPropertiesAsync(string userId, long id, string? properties, DateTimeOffset? modifiedAt, CancellationToken cancellationToken);

    /// <summary>Searches a folder and everything below it.</summary>
    Task<IReadOnlyList<FoundFile>> SearchAsync(FileSearch search, CancellationToken cancellationToken);

    /// <summary>
    /// Adds a file without an owner, with a pending content: this server fetched it for a task that is yet to be scheduled. One that
    /// becomes no task's is swept.
    /// </summary>
    /// <returns>The file's id.</returns>
    Task<long> AddReceivedAsync(StoredFile file, CancellationToken cancellationToken);

    /// <summary>Adds a result file with a pending content to its task.</summary>
    /// <param name="file">The file.</param>
    /// <param name="maxFiles">The most that the task may have.</param>
    /// <param name="uncounted">The ids of files that do not count, because they are its input.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task<AddTaskFileOutcome> AddTaskFileAsync(
        StoredFile file,
        int maxFiles,
        IReadOnlySet<long> uncounted,
        CancellationToken cancellationToken
    );
}

/// <summary>A content on its way to its place.</summary>
internal sealed record FileSave
{
    public required string UserId { get; init; }

    public required FilePath Path { get; init; }

    public required StoredContent Content { get; init; }

    public required DateTimeOffset ModifiedAt { get; init; }

    public required DateTimeOffset Now { get; init; }

    /// <summary>The limit in bytes for the user; null for none.</summary>
    public long? Quota { get; init; }

    /// <summary>Called with the present file at the path (null for none), within the transaction.</summary>
    public Func<StoredFile?, bool> MayReplace { get; init; } = _ => true;

    /// <summary>The folder of the parts of the content; it is removed in the same transaction.</summary>
    public FilePath? Parts { get; init; }
}

/// <summary>A move or a copy.</summary>
internal sealed record FileTransfer(string UserId, FilePath From, FilePath To, bool Overwrite, DateTimeOffset Now)
{
    /// <summary>True when the members of a folder come along; only a copy can leave them out.</summary>
    public bool Deep { get; init; } = true;

    public long? Quota { get; init; }
}

/// <summary>The result of adding a result file.</summary>
internal abstract record AddTaskFileOutcome
{
    private AddTaskFileOutcome() { }

    public sealed record Added(long Id) : AddTaskFileOutcome;

    public sealed record NoTask : AddTaskFileOutcome;

    public sealed record TooMany : AddTaskFileOutcome;
}

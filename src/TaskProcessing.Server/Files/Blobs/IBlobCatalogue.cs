namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Knows every blob that may exist: it is entered before the first byte is written and struck out after the last is
/// gone, so that nothing is lost sight of, whenever a process dies.
/// </summary>
internal interface IBlobCatalogue
{
    /// <summary>Enters a blob that is about to be written.</summary>
    Task AddAsync(string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Strikes blobs out whose bytes are gone.</summary>
    Task RemoveAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Dooms up to <paramref name="limit"/> blobs that no file has: those that once had one, and pending ones from before
    /// <paramref name="pendingBefore"/>. A doomed blob cannot get a file any more; it is answered until it is removed.
    /// </summary>
    Task<IReadOnlyList<string>> DoomAsync(DateTimeOffset pendingBefore, int limit, CancellationToken cancellationToken);

    /// <summary>All keys that are entered.</summary>
    Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The keys that files have.</summary>
    Task<IReadOnlyDictionary<string, long>> ListKeptAsync(CancellationToken cancellationToken);
}

/// <summary>An entry of the catalogue.</summary>
internal sealed class StoredBlob
{
    public required string Key { get; init; }

    public BlobState State { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>What is known of a blob.</summary>
internal enum BlobState
{
    /// <summary>It is being written, or was when its process died.</summary>
    Pending = 0,

    /// <summary>It is complete and has, or had, a file.</summary>
    Kept = 1,

    /// <summary>Its bytes are being removed.</summary>
    Doomed = 2,
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Lists every blob that may exist. An entry is added before the first byte is written and removed after the last byte is
/// gone, so that no blob is lost when a process dies.
/// </summary>
internal interface IBlobCatalogue
{
    /// <summary>Enters a blob that is about to be written.</summary>
    Task AddAsync(string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes the rows of blobs whose bytes are gone.</summary>
    Task RemoveAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);

    /// <summary>
    /// Marks up to <paramref name="limit"/> blobs without a file as unused: those that once had one, and pending ones from before
    /// <paramref name="pendingBefore"/>. Such a blob cannot get a file any more; it is answered again until it is removed.
    /// </summary>
    Task<IReadOnlyList<string>> MarkUnusedAsync(DateTimeOffset pendingBefore, int limit, CancellationToken cancellationToken);

    /// <summary>All keys that are entered.</summary>
    Task<IReadOnlySet<string>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The keys that files have.</summary>
    Task<IReadOnlyDictionary<string, long>> ListKeptAsync(CancellationToken cancellationToken);

    /// <summary>Up to <paramref name="count"/> keys that files have, with their lengths: the oldest and the newest.</summary>
    Task<IReadOnlyDictionary<string, long>> SampleKeptAsync(int count, CancellationToken cancellationToken);
}

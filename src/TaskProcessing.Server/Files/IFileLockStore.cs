namespace TaskProcessing.Server.Files;

/// <summary>Keeps locks. Expired locks count as removed.</summary>
internal interface IFileLockStore
{
    /// <summary>The locks that a user holds.</summary>
    Task<IReadOnlyList<FileLock>> ListAsync(string userId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds a lock unless another one conflicts with it; of two at once one succeeds.</summary>
    Task<bool> TryAddAsync(FileLock added, DateTimeOffset now, CancellationToken cancellationToken);

    Task ExtendAsync(string userId, string token, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    Task RemoveAsync(string userId, IReadOnlyCollection<string> tokens, CancellationToken cancellationToken);

    /// <summary>Removes expired locks; answers their number.</summary>
    Task<int> RemoveExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

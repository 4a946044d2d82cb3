namespace TaskProcessing.Server.Files;

/// <summary>A WebDAV write lock. It stands for a place, not for a file: what is moved away leaves its locks behind.</summary>
internal sealed class FileLock
{
    /// <summary>A URI that only its holder knows.</summary>
    public required string Token { get; init; }

    public required string UserId { get; init; }

    public required FileTree Tree { get; init; }

    /// <summary>As in <see cref="FilePath.Text"/>.</summary>
    public required string PathText { get; init; }

    /// <summary>Whether it covers all that is below, too.</summary>
    public bool IsDeep { get; init; }

    /// <summary>Whether it bears no other lock beside it.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>What the holder says of itself: the inside of an XML element.</summary>
    public string? Owner { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public FilePath Path => new(Tree, PathText);

    public bool Covers(FilePath path) => Path == path || (IsDeep && path.IsBelow(Path));

    public bool ConflictsWith(FileLock other) =>
        (IsExclusive || other.IsExclusive) && (Covers(other.Path) || other.Covers(Path));
}

/// <summary>Keeps locks. What has expired counts as gone.</summary>
internal interface IFileLockStore
{
    /// <summary>The locks that a user holds.</summary>
    Task<IReadOnlyList<FileLock>> ListAsync(string userId, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds a lock unless another one conflicts with it; of two at once one succeeds.</summary>
    Task<bool> TryAddAsync(FileLock added, DateTimeOffset now, CancellationToken cancellationToken);

    Task ExtendAsync(string userId, string token, DateTimeOffset expiresAt, CancellationToken cancellationToken);

    Task RemoveAsync(string userId, IReadOnlyCollection<string> tokens, CancellationToken cancellationToken);

    /// <summary>Removes what has expired; answers how many.</summary>
    Task<int> RemoveExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);
}

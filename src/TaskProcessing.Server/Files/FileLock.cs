namespace TaskProcessing.Server.Files;

/// <summary>A WebDAV write lock. It belongs to a path, not to a file: a moved file leaves its locks behind.</summary>
internal sealed class FileLock
{
    /// <summary>No lock lasts longer without being refreshed.</summary>
    public static readonly TimeSpan LongestLife = TimeSpan.FromDays(1);

    /// <summary>A URI that only its holder knows.</summary>
    public required string Token { get; init; }

    public required string UserId { get; init; }

    public required FileTree Tree { get; init; }

    /// <summary>As in <see cref="FilePath.Text"/>.</summary>
    public required string PathText { get; init; }

    /// <summary>True when it also covers everything below.</summary>
    public bool IsDeep { get; init; }

    /// <summary>True when no other lock may exist beside it.</summary>
    public bool IsExclusive { get; init; }

    /// <summary>The holder's description of itself: the inside of an XML element.</summary>
    public string? Owner { get; init; }

    public required DateTimeOffset ExpiresAt { get; set; }

    public FilePath Path => new(Tree, PathText);

    public bool Covers(FilePath path) => Path == path || (IsDeep && path.IsBelow(Path));

    public bool ConflictsWith(FileLock other) => (IsExclusive || other.IsExclusive) && (Covers(other.Path) || other.Covers(Path));
}

namespace TaskProcessing.Server.Files;

/// <summary>The result of putting a file or folder at a path.</summary>
internal abstract record PlaceOutcome
{
    private PlaceOutcome() { }

    /// <summary>It is there; <paramref name="Created"/> when there was nothing before.</summary>
    public sealed record Placed(StoredFile File, bool Created) : PlaceOutcome;

    /// <summary>There is nothing to move or copy.</summary>
    public sealed record NotFound : PlaceOutcome;

    /// <summary>There is no folder to put it into.</summary>
    public sealed record NoParent : PlaceOutcome;

    /// <summary>
    /// The path has a file or folder that may not be replaced: a folder by a file, any by a new folder, or one that the
    /// caller wants kept.
    /// </summary>
    public sealed record Exists(StoredFile File) : PlaceOutcome;

    /// <summary><see cref="FileSave.MayReplace"/> answered false.</summary>
    public sealed record Changed : PlaceOutcome;

    /// <summary>A folder cannot go into itself, nor replace the one that it is in.</summary>
    public sealed record IntoItself : PlaceOutcome;

    /// <summary>The user would have more than the quota.</summary>
    public sealed record OverQuota(long Quota) : PlaceOutcome;
}

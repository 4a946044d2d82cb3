namespace TaskProcessing.Server.Files;

/// <summary>Keeps the catalogue of files: what exists, and whose it is.</summary>
internal interface IFileStore
{
    Task<StoredFile?> FindAsync(long id, CancellationToken cancellationToken);
}

/// <summary>A file or folder of a user, or a file that belongs to a task.</summary>
internal sealed class StoredFile
{
    public long Id { get; set; }

    /// <summary>The user whose file it is; null for result files, which belong to their task.</summary>
    public string? UserId { get; init; }

    public required string Name { get; set; }

    public bool IsFolder { get; init; }
}

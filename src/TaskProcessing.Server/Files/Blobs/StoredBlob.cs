namespace TaskProcessing.Server.Files.Blobs;

/// <summary>An entry of the catalogue.</summary>
internal sealed class StoredBlob
{
    public required string Key { get; init; }

    public BlobState State { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }
}

/// <summary>The state of a blob.</summary>
internal enum BlobState
{
    /// <summary>It is being written, or was when its process died.</summary>
    Pending = 0,

    /// <summary>It is complete and has, or had, a file.</summary>
    Kept = 1,

    /// <summary>Its bytes are being removed.</summary>
    Removing = 2,
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>File contents cannot be kept, or not be read, at the moment: nothing was changed. Callers may try again later.</summary>
/// <param name="location">The place of the contents.</param>
/// <param name="reason">The error, without secrets.</param>
/// <param name="innerException">The exception that was thrown.</param>
internal sealed class BlobStoreUnavailableException(string location, string reason, Exception innerException)
    : Exception($"{location} cannot be used now: {reason}", innerException)
{
    public string Reason => reason;

    /// <summary>True when the storage is full.</summary>
    public bool IsFull { get; init; }
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>File contents cannot be kept, or not be read, at the moment: nothing was changed. Callers may try again later.</summary>
internal sealed class BlobStoreUnavailableException(string message, Exception innerException) : Exception(message, innerException)
{
    /// <summary>Whether it is for want of space.</summary>
    public bool IsFull { get; init; }
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>File contents cannot be kept, or not be read, at the moment: nothing was changed. Callers may try again later.</summary>
/// <param name="location">Where they are kept.</param>
/// <param name="reason">What is wrong, without secrets.</param>
/// <param name="innerException">What was thrown.</param>
internal sealed class BlobStoreUnavailableException(string location, string reason, Exception innerException)
    : Exception($"{location} cannot be used now: {reason}", innerException)
{
    public string Reason => reason;

    /// <summary>Whether it is for want of space.</summary>
    public bool IsFull { get; init; }
}

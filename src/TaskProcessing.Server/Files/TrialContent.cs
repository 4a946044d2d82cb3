using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Files;

/// <summary>Stores a content of one byte and removes it: the proof that contents can be stored.</summary>
internal sealed class TrialContent(IBlobStore blobs, TimeProvider time)
{
    /// <exception cref="BlobStoreUnavailableException">The storage cannot be used.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var key = BlobKey.New(time.GetUtcNow());
        using var content = new MemoryStream([0]);
        await blobs.WriteAsync(key, content, cancellationToken);
        await blobs.DeleteAsync(key, CancellationToken.None);
    }
}

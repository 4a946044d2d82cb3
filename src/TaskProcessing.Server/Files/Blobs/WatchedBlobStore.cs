using System.Runtime.CompilerServices;
using TaskProcessing.Server.Observability;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Notes when a storage cannot be used, and when it can again.</summary>
internal sealed class WatchedBlobStore(IBlobStore blobs, Outages outages) : IBlobStore, IDisposable
{
    public string Location => blobs.Location;

    public Task WriteAsync(string key, Stream content, CancellationToken cancellationToken) =>
        WatchAsync(
            async () =>
            {
                await blobs.WriteAsync(key, content, cancellationToken);
                return true;
            },
            writing: true
        );

    public Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken) =>
        WatchAsync(() => blobs.OpenAsync(key, offset, length, cancellationToken), writing: false);

    public Task DeleteAsync(string key, CancellationToken cancellationToken) =>
        WatchAsync(
            async () =>
            {
                await blobs.DeleteAsync(key, cancellationToken);
                return true;
            },
            writing: false
        );

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var found = blobs.ListAsync(cancellationToken).GetAsyncEnumerator(cancellationToken);
        while (await WatchAsync(() => found.MoveNextAsync().AsTask(), writing: false))
            yield return found.Current;
    }

    public void Dispose() => (blobs as IDisposable)?.Dispose();

    private async Task<T> WatchAsync<T>(Func<Task<T>> call, bool writing)
    {
        try
        {
            var answer = await call();
            outages.Worked(Location, writing);
            return answer;
        }
        catch (BlobStoreUnavailableException error)
        {
            outages.Failed(Location, error.Reason, writing);
            throw;
        }
    }
}

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Lets few calls to a Nextcloud be under way at once. A secret that has become wrong is found by each of them, and by one question in
/// each ten minutes, which counts twice. A Nextcloud locks all apps of an address out after ten wrong tries in half an hour.
/// </summary>
internal sealed class CallPlaces : IDisposable
{
    private const int MostCalls = 4;

    /// <summary>Files are slow, and results shall not wait for them.</summary>
    private const int MostTransfers = MostCalls / 2;

    private readonly SemaphoreSlim _calls = new(MostCalls);
    private readonly SemaphoreSlim _transfers = new(MostTransfers);

    /// <summary>Waits for a place; disposing of it frees it.</summary>
    public Task<Place> TakeAsync(CancellationToken lost, CancellationToken cancellationToken) => TakeAsync(_calls, lost, cancellationToken);

    /// <summary>Waits until a file may go on its way, which needs a place as well.</summary>
    public Task<Place> TakeForTransferAsync(CancellationToken lost, CancellationToken cancellationToken) =>
        TakeAsync(_transfers, lost, cancellationToken);

    public void Dispose()
    {
        _calls.Dispose();
        _transfers.Dispose();
    }

    private static async Task<Place> TakeAsync(SemaphoreSlim places, CancellationToken lost, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(lost, cancellationToken);
        await places.WaitAsync(either.Token);
        return new Place(places);
    }

    public readonly struct Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}

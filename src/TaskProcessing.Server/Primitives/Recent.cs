namespace TaskProcessing.Server.Primitives;

/// <summary>A value that is shared for a short time: concurrent and repeated requests share one read.</summary>
/// <param name="lifetime">How long a value is good.</param>
/// <param name="time">The clock.</param>
internal sealed class Recent<T>(TimeSpan lifetime, TimeProvider time) : IDisposable
    where T : class
{
    private readonly SemaphoreSlim _reading = new(1);
    private (T Value, long ReadAt)? _latest;

    public async Task<T> GetAsync(Func<CancellationToken, Task<T>> read, CancellationToken cancellationToken)
    {
        await _reading.WaitAsync(cancellationToken);
        try
        {
            if (_latest is var (value, readAt) && time.GetElapsedTime(readAt) < lifetime)
                return value;

            var now = time.GetTimestamp();
            var fresh = await read(cancellationToken);
            _latest = (fresh, now);
            return fresh;
        }
        finally
        {
            _reading.Release();
        }
    }

    public void Dispose() => _reading.Dispose();
}

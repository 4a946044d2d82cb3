using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// A body on which something is to come from time to time: a read that takes longer than that throws a
/// <see cref="TimeoutException"/>.
/// </summary>
internal sealed class IdleTimeoutStream(Stream inner, TimeSpan longestSilence, TimeProvider time) : ReadOnlyStream
{
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        await inner.ReadAsync(buffer, cancellationToken).AsTask().WaitAsync(longestSilence, time, cancellationToken).ConfigureAwait(false);

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }
}

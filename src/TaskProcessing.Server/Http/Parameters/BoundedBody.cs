using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// A request body of which no more than so much is read. The web server's own limit would also keep the rest from being thrown
/// away.
/// </summary>
internal sealed class BoundedBody(Stream inner, long maxBytes) : ReadOnlyStream
{
    private long _read;

    /// <exception cref="BadHttpRequestException">There is more.</exception>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _read += read;
        return _read <= maxBytes ? read : throw TooLarge(maxBytes);
    }

    public static BadHttpRequestException TooLarge(long maxBytes) =>
        new($"The request body is larger than {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);
}

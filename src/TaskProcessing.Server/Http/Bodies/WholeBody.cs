using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TaskProcessing.Server.Http.Bodies;

/// <summary>Reads a request body as a whole, within the bounds of <see cref="BufferedBodies"/>.</summary>
internal static class WholeBody
{
    /// <summary>How long a large body may take to arrive once it has its place, for which others may be waiting.</summary>
    public static readonly TimeSpan LongestRead = TimeSpan.FromMinutes(2);

    /// <returns>The bytes, to be used until the request ends.</returns>
    /// <exception cref="BadHttpRequestException">There are more than <paramref name="maxBytes"/>, or they come too slowly.</exception>
    /// <exception cref="NoRoomForBodyException">There are too many bodies already.</exception>
    public static async Task<ArraySegment<byte>> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            throw TooLarge(maxBytes);
        if (request.ContentLength == 0 || request.HttpContext.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
            return Array.Empty<byte>();

        // Without a length it is taken for a small one until it proves to be large.
        var length = request.ContentLength ?? Math.Min(BufferedBodies.SmallBytes, maxBytes);
        using var reader = new Reader(request, cancellationToken);
        var bodies = request.HttpContext.RequestServices.GetRequiredService<BufferedBodies>();
        var place = await bodies.TakeAsync(request.HttpContext, length, cancellationToken);
        try
        {
            var body = new byte[length];
            var read = await reader.FillAsync(body, place.IsLarge);
            while (request.ContentLength is null && read == body.Length && await reader.ReadOneMoreAsync() is { } next)
            {
                if (read == maxBytes)
                    throw TooLarge(maxBytes);
                if (!place.IsLarge)
                {
                    place.Dispose();
                    place = await bodies.TakeAsync(request.HttpContext, maxBytes, cancellationToken);
                }

                Array.Resize(ref body, (int)Math.Min(maxBytes, 2L * body.Length));
                body[read++] = next;
                read += await reader.FillAsync(body.AsMemory(read), place.IsLarge);
            }

            place.Shrink(body.Length);
            return new ArraySegment<byte>(body, 0, read);
        }
        catch
        {
            // Before the rest is thrown away, not when the request ends.
            place.Dispose();
            throw;
        }
    }

    private static BadHttpRequestException TooLarge(long maxBytes) =>
        new($"The request body is larger than {maxBytes} bytes", StatusCodes.Status413PayloadTooLarge);

    /// <summary>Reads, for as long as a large body may take. The clock starts with the first read of one.</summary>
    private sealed class Reader(HttpRequest request, CancellationToken cancellationToken) : IDisposable
    {
        private readonly byte[] _next = new byte[1];
        private ITimer? _over;

        /// <returns>The number of bytes: fewer than there is room for at the end of the body.</returns>
        public async Task<int> FillAsync(Memory<byte> room, bool isLarge)
        {
            if (isLarge)
                StartClock();

            var filled = 0;
            while (filled < room.Length)
            {
                var read = await request.BodyReader.ReadAsync(cancellationToken);
                if (read.IsCanceled)
                {
                    request.BodyReader.AdvanceTo(read.Buffer.Start);
                    throw new BadHttpRequestException(
                        $"The request body did not arrive within {LongestRead.TotalSeconds} seconds",
                        StatusCodes.Status408RequestTimeout
                    );
                }

                var part = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, room.Length - filled));
                part.CopyTo(room.Span[filled..]);
                filled += (int)part.Length;
                var isEnd = read.IsCompleted && part.Length == read.Buffer.Length;
                request.BodyReader.AdvanceTo(part.End);
                if (isEnd)
                    break;
            }

            return filled;
        }

        /// <returns>The next byte; null at the end of the body.</returns>
        public async Task<byte?> ReadOneMoreAsync() => await FillAsync(_next, isLarge: false) == 0 ? null : _next[0];

        public void Dispose() => _over?.Dispose();

        /// <remarks>Cancelled by its token, a read of the web server's leaves the body so that nobody can read the rest.</remarks>
        private void StartClock() =>
            _over ??= request
                .HttpContext.RequestServices.GetRequiredService<TimeProvider>()
                .CreateTimer(
                    static reader => ((PipeReader)reader!).CancelPendingRead(),
                    request.BodyReader,
                    LongestRead,
                    Timeout.InfiniteTimeSpan
                );
    }
}

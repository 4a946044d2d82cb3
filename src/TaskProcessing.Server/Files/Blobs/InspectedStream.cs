using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Counts the bytes that are read, ends a content that is too long, keeps the first bytes and computes checksums.
/// </summary>
internal sealed class InspectedStream(Stream inner, long maxBytes, Checksums checksums) : ReadOnlyStream
{
    private readonly byte[] _head = new byte[MediaTypes.HeadLength];

    public long BytesRead { get; private set; }

    /// <summary>The first bytes, at most <see cref="MediaTypes.HeadLength"/>.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, (int)Math.Min(BytesRead, _head.Length));

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Inspect(buffer.Span[..read]);
        return read;
    }

    private void Inspect(ReadOnlySpan<byte> bytes)
    {
        if (BytesRead < _head.Length)
            bytes[..(int)Math.Min(bytes.Length, _head.Length - BytesRead)].CopyTo(_head.AsSpan((int)BytesRead));
        checksums.Append(bytes);
        BytesRead += bytes.Length;
        if (BytesRead > maxBytes)
            throw new TooLongException();
    }

    /// <summary>More came than may come.</summary>
    internal sealed class TooLongException : Exception;
}

using System.Security.Cryptography;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Counts what is read through it, ends what is too long, keeps the first bytes and adds up a checksum.</summary>
internal sealed class InspectedStream(Stream inner, long maxBytes, (string Name, IncrementalHash Hash)? checksum) : ReadOnlyStream
{
    private readonly byte[] _head = new byte[MediaTypes.HeadLength];

    public long BytesRead { get; private set; }

    /// <summary>The first bytes, at most <see cref="MediaTypes.HeadLength"/>.</summary>
    public ReadOnlySpan<byte> Head => _head.AsSpan(0, (int)Math.Min(BytesRead, _head.Length));

    /// <summary>The checksum of what was read, such as <c>SHA1:…</c>; null when none was asked for.</summary>
    public string? Checksum => checksum is { } sum ? $"{sum.Name}:{Convert.ToHexStringLower(sum.Hash.GetCurrentHash())}" : null;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        Inspect(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        checksum?.Hash.Dispose();
        base.Dispose(disposing);
    }

    private void Inspect(ReadOnlySpan<byte> bytes)
    {
        if (BytesRead < _head.Length)
            bytes[..(int)Math.Min(bytes.Length, _head.Length - BytesRead)].CopyTo(_head.AsSpan((int)BytesRead));
        checksum?.Hash.AppendData(bytes);
        BytesRead += bytes.Length;
        if (BytesRead > maxBytes)
            throw new TooLongException();
    }

    /// <summary>More came than may come.</summary>
    internal sealed class TooLongException : Exception;
}

/// <summary>The checksums that senders may send along (<c>OC-Checksum</c>); others are not checked and not kept.</summary>
internal static class Checksums
{
    public static (string Name, IncrementalHash Hash)? Begin(string? checksum) => checksum?.Split(':')[0].ToUpperInvariant() switch
    {
        // Not for security: a sender finds out with them that bytes were damaged on the way.
        "MD5" => ("MD5", IncrementalHash.CreateHash(HashAlgorithmName.MD5)),
        "SHA1" => ("SHA1", IncrementalHash.CreateHash(HashAlgorithmName.SHA1)),
        "SHA256" => ("SHA256", IncrementalHash.CreateHash(HashAlgorithmName.SHA256)),
        _ => null,
    };
}

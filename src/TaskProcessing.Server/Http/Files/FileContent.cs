using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Http.Files;

/// <summary>
/// The content of a file, or a part of it: exactly the announced number of bytes, or an exception. It has a length and a
/// position, which the writer of tar archives needs; but it only goes forward.
/// </summary>
internal sealed class FileContent(Stream inner, long length) : ReadOnlyStream
{
    private long _position;

    public override bool CanSeek => true;

    public override long Length => length;

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    /// <exception cref="FileNotFoundException">The blob store does not have it.</exception>
    public static async Task<FileContent> OpenAsync(
        IBlobStore blobs,
        StoredFile file,
        long from,
        long length,
        CancellationToken cancellationToken
    ) =>
        new(
            await blobs.OpenAsync(file.BlobKey!, from, length, cancellationToken)
                ?? throw new FileNotFoundException(
                    $"The content {file.BlobKey} of file {file.Id} is missing; \"taskprocessing file check\" tells more."
                ),
            length
        );

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var wanted = (int)Math.Min(buffer.Length, length - _position);
        if (wanted == 0)
            return 0;

        var read = await inner.ReadAsync(buffer[..wanted], cancellationToken);
        if (read == 0)
            throw new EndOfStreamException("A content is shorter than its file.");

        _position += read;
        return read;
    }

    public override async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}

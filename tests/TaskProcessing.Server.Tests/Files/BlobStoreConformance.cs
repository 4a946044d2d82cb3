using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Tests.Files;

/// <summary>The conformance suite of blob stores.</summary>
public abstract class BlobStoreConformance : IAsyncLifetime
{
    private IBlobStore _blobs = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _blobs = await OpenAsync();

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        GC.SuppressFinalize(this);
    }

    private protected abstract Task<IBlobStore> OpenAsync();

    private protected abstract ValueTask CloseAsync();

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(200_000)]
    [InlineData(5 * 1024 * 1024)]
    [InlineData(12_345_678)]
    public async Task A_blob_is_read_as_it_was_written(int length)
    {
        var key = NewKey();
        var content = Bytes(length);

        await _blobs.WriteAsync(key, new Trickle(content), Token);

        (await ReadAsync(key, 0, length)).Should().Equal(content);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(5, 1)]
    [InlineData(90, 10)]
    public async Task A_part_of_a_blob_is_read(int offset, int length)
    {
        var key = NewKey();
        var content = Bytes(100);
        await _blobs.WriteAsync(key, new MemoryStream(content), Token);

        (await ReadAsync(key, offset, length)).Should().Equal(content.AsSpan(offset, length).ToArray());
    }

    [Fact]
    public async Task A_blob_that_was_never_written_is_missing() => (await _blobs.OpenAsync(NewKey(), 0, 1, Token)).Should().BeNull();

    [Fact]
    public async Task A_deleted_blob_is_gone_and_deleting_it_again_is_harmless()
    {
        var key = NewKey();
        await _blobs.WriteAsync(key, new MemoryStream(Bytes(10)), Token);

        await _blobs.DeleteAsync(key, Token);
        await _blobs.DeleteAsync(key, Token);

        (await _blobs.OpenAsync(key, 0, 10, Token)).Should().BeNull();
        (await ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_blob_that_is_open_while_it_is_deleted_can_be_read_to_its_end()
    {
        var key = NewKey();
        var content = Bytes(10);
        await _blobs.WriteAsync(key, new MemoryStream(content), Token);
        await using var open = await _blobs.OpenAsync(key, 0, 10, Token);

        await _blobs.DeleteAsync(key, Token);

        var read = new MemoryStream();
        await open!.CopyToAsync(read, Token);
        read.ToArray().Should().Equal(content);
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(7_000_000)]
    public async Task A_writing_that_breaks_off_leaves_nothing(int length)
    {
        var key = NewKey();

        var writing = () => _blobs.WriteAsync(key, new Trickle(Bytes(length), breaksOff: true), Token);

        await writing.Should().ThrowAsync<IOException>();
        (await _blobs.OpenAsync(key, 0, 1, Token)).Should().BeNull();
        (await ListAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task All_blobs_are_listed_with_their_sizes()
    {
        var written = new List<BlobInfo>();
        for (var length = 1; length <= 3; length++)
        {
            written.Add(new BlobInfo(NewKey(), length));
            await _blobs.WriteAsync(written[^1].Key, new MemoryStream(Bytes(length)), Token);
        }

        (await ListAsync()).Should().BeEquivalentTo(written);
    }

    private static string NewKey() => BlobKey.New(TimeProvider.System.GetUtcNow());

    private static byte[] Bytes(int length)
    {
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private async Task<byte[]> ReadAsync(string key, long offset, int length)
    {
        await using var stream = (await _blobs.OpenAsync(key, offset, length, Token))!;
        var bytes = new byte[length];
        await stream.ReadExactlyAsync(bytes, Token);
        return bytes;
    }

    private async Task<List<BlobInfo>> ListAsync()
    {
        var list = new List<BlobInfo>();
        await foreach (var blob in _blobs.ListAsync(Token))
            list.Add(blob);

        return list;
    }

    /// <summary>Like a request's body: forwards only, in odd pieces, of unknown length; some break off.</summary>
    private sealed class Trickle(byte[] content, bool breaksOff = false) : ReadOnlyStream
    {
        private int _position;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (_position == content.Length && breaksOff)
                throw new IOException("The connection was cut.");

            var piece = Math.Min(Math.Min(buffer.Length, 77_777), content.Length - _position);
            content.AsMemory(_position, piece).CopyTo(buffer);
            _position += piece;
            return ValueTask.FromResult(piece);
        }
    }
}

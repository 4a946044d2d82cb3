using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Streams a content into the blob store. It stays pending until a file takes it or the caller discards it.</summary>
internal sealed class WriteContent(IBlobStore blobs, IBlobCatalogue catalogue, TimeProvider time)
{
    /// <param name="content">Read to its end; its exceptions are passed on, and no remains are left behind.</param>
    /// <param name="fileName">Its extension tells the type where the bytes do not.</param>
    /// <param name="maxBytes">The longest content.</param>
    /// <param name="checksum">The checksums of the sender; see <see cref="Checksums"/>.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<WriteOutcome> RunAsync(
        Stream content,
        string fileName,
        long maxBytes,
        string? checksum,
        CancellationToken cancellationToken
    )
    {
        var now = time.GetUtcNow();
        var key = BlobKey.New(now);
        await catalogue.AddAsync(key, now, cancellationToken);
        using var checksums = new Checksums(checksum);
        using var inspected = new InspectedStream(content, maxBytes, checksums);
        try
        {
            await blobs.WriteAsync(key, inspected, cancellationToken);
        }
        catch (InspectedStream.TooLongException)
        {
            await DiscardAsync(key);
            return new WriteOutcome.TooLarge();
        }
        catch (Exception error) when (error is not BlobStoreUnavailableException)
        {
            // A full disk may refuse the removal too; the remains are pending then, and swept later.
            await DiscardAsync(key);
            throw;
        }

        var found = checksums.Found;
        if (checksums.Match)
            return new WriteOutcome.Written(new StoredContent(key, inspected.BytesRead, MediaTypes.Of(inspected.Head, fileName), found));

        await DiscardAsync(key);
        return new WriteOutcome.WrongChecksum(found!);
    }

    /// <summary>Removes a content that no file took.</summary>
    public async Task DiscardAsync(string key)
    {
        await blobs.DeleteAsync(key, CancellationToken.None);
        await catalogue.RemoveAsync([key], CancellationToken.None);
    }
}

/// <summary>A content in the blob store.</summary>
internal sealed record StoredContent(string Key, long Size, string MediaType, string? Checksum);

/// <summary>The result of <see cref="WriteContent"/>.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome() { }

    public sealed record Written(StoredContent Content) : WriteOutcome;

    /// <summary>It is longer than it may be.</summary>
    public sealed record TooLarge : WriteOutcome;

    /// <summary>The content does not have the checksums of the sender.</summary>
    public sealed record WrongChecksum(string Actual) : WriteOutcome;
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>Streams a content into the blob store. It stays pending until a file takes it; whoever does not want it after all discards it.</summary>
internal sealed class WriteContent(IBlobStore blobs, IBlobCatalogue catalogue, TimeProvider time)
{
    /// <param name="content">Read to its end; what it throws is thrown on, and nothing is left behind.</param>
    /// <param name="fileName">Its ending tells what the bytes alone do not.</param>
    /// <param name="maxBytes">How long it may be.</param>
    /// <param name="checksum">What the sender says it is, such as <c>SHA1:…</c>; null when he says nothing.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    public async Task<WriteOutcome> RunAsync(Stream content, string fileName, long maxBytes, string? checksum, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var key = BlobKey.New(now);
        await catalogue.AddAsync(key, now, cancellationToken);
        using var inspected = new InspectedStream(content, maxBytes, Checksums.Begin(checksum));
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
            // A disk that takes nothing may not give back either; what is left of it then is pending, and swept later.
            await DiscardAsync(key);
            throw;
        }

        var stored = new StoredContent(key, inspected.BytesRead, MediaTypes.Of(inspected.Head, fileName), inspected.Checksum);
        if (inspected.Checksum is null || string.Equals(inspected.Checksum, checksum, StringComparison.OrdinalIgnoreCase))
            return new WriteOutcome.Written(stored);

        await DiscardAsync(key);
        return new WriteOutcome.WrongChecksum(inspected.Checksum);
    }

    /// <summary>Removes a content that no file took.</summary>
    public async Task DiscardAsync(string key)
    {
        await blobs.DeleteAsync(key, CancellationToken.None);
        await catalogue.RemoveAsync([key], CancellationToken.None);
    }
}

/// <summary>A content that lies in the blob store.</summary>
internal sealed record StoredContent(string Key, long Size, string MediaType, string? Checksum);

/// <summary>What came of <see cref="WriteContent"/>.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome()
    {
    }

    public sealed record Written(StoredContent Content) : WriteOutcome;

    /// <summary>It is longer than it may be.</summary>
    public sealed record TooLarge : WriteOutcome;

    /// <summary>The bytes are not those that the sender meant.</summary>
    public sealed record WrongChecksum(string Actual) : WriteOutcome;
}

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Keeps bytes under keys of our own making (32 hexadecimal digits). A blob is written once, whole, and never changed.
/// Methods are safe for concurrent use, also by several processes on one storage.
/// </summary>
internal interface IBlobStore
{
    /// <summary>The place of the bytes, for messages; without credentials.</summary>
    string Location { get; }

    /// <summary>Writes a blob: when this returns it is durable, when it throws there is nothing under the key.</summary>
    /// <param name="key">Never used before.</param>
    /// <param name="content">Read to its end, in pieces; its length need not be known.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    Task WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens a part of a blob; the stream may not be seekable, and may end later than the part does.</summary>
    /// <returns>The bytes from <paramref name="offset"/> on, to be disposed of by the caller; null when there is no such blob.</returns>
    Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken);

    /// <summary>Removes a blob and the remains of an interrupted write. Does nothing when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>All blobs, in no order. Objects without the name of a blob are left out.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A blob as its storage knows it.</summary>
internal readonly record struct BlobInfo(string Key, long Size);

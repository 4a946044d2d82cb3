using System.Buffers;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// Keeps bytes under keys of our own making (32 hexadecimal digits). A blob is written once, whole, and never changed.
/// Methods are safe for concurrent use, also by several processes on one storage.
/// </summary>
internal interface IBlobStore
{
    /// <summary>Where the bytes are, for messages; no credentials.</summary>
    string Location { get; }

    /// <summary>Writes a blob: when this returns it is durable, when it throws there is nothing under the key.</summary>
    /// <param name="key">Never used before.</param>
    /// <param name="content">Read to its end, in pieces; its length need not be known.</param>
    /// <param name="cancellationToken">Ends the writing.</param>
    Task WriteAsync(string key, Stream content, CancellationToken cancellationToken);

    /// <summary>Opens a part of a blob; the stream may not be seekable, and may end later than the part does.</summary>
    /// <returns>The bytes from <paramref name="offset"/> on, to be disposed of by the caller; null when there is no such blob.</returns>
    Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken);

    /// <summary>Removes a blob and whatever an interrupted writing left of it. Nothing happens when there is none.</summary>
    Task DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>All blobs, in no order. What is not named like a blob is left out.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken cancellationToken);
}

/// <summary>A blob as its storage knows it.</summary>
internal readonly record struct BlobInfo(string Key, long Size);

/// <summary>The names of blobs.</summary>
internal static class BlobKey
{
    private const int Length = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Grows with time, so that new blobs lie close together, and cannot be guessed.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");

    public static bool IsOne(ReadOnlySpan<char> name) => name.Length == Length && !name.ContainsAnyExcept(Digits);
}

using System.Buffers;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>The names of blobs.</summary>
internal static class BlobKey
{
    private const int Length = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Grows with time, so that new blobs are close together, and cannot be guessed.</summary>
    public static string New(DateTimeOffset now) => Guid.CreateVersion7(now).ToString("N");

    public static bool IsOne(ReadOnlySpan<char> name) => name.Length == Length && !name.ContainsAnyExcept(Digits);
}

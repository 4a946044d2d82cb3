using System.Buffers.Binary;

namespace TaskProcessing.Providers.Commands.Contents;

/// <summary>The sizes of a TIFF's pages: a chain of tables, each with the place of the next.</summary>
internal static class TiffPages
{
    private const int Width = 256;
    private const int Height = 257;
    private const int EntryLength = 12;

    /// <summary>Also the end of a chain that bites its own tail.</summary>
    private const int MaxPages = 1000;

    /// <summary>Real tables have some twenty; more would only be work.</summary>
    private const int MaxEntries = 4096;

    /// <returns>
    /// The number of pixels of the largest page; null when the file has no page, more than 1,000, or ends within a table.
    /// </returns>
    public static long? LargestOf(Stream image)
    {
        var start = ImageHeader.Bytes(image, 0, 8);
        if (start.Length < 8)
            return null;

        var little = start[0] == (byte)'I';
        var largest = 0L;
        var pages = 0;
        for (long at = Number32(start[4..], little); at != 0; pages++)
        {
            if (pages == MaxPages || ReadPage(image, at, little) is not { } page)
                return null;

            largest = Math.Max(largest, page.Pixels);
            at = page.Next;
        }

        return largest > 0 ? largest : null;
    }

    private static (long Pixels, long Next)? ReadPage(Stream image, long at, bool little)
    {
        var count = ImageHeader.Bytes(image, at, 2);
        if (count.Length < 2 || Number16(count, little) > MaxEntries)
            return null;

        var length = Number16(count, little) * EntryLength;
        var entries = ImageHeader.Bytes(image, at + 2, length + 4);
        if (entries.Length < length + 4)
            return null;

        long width = 0,
            height = 0;
        for (var entry = entries[..length]; entry.Length > 0; entry = entry[EntryLength..])
        {
            // A number of 16 bits stands at the front of the place for one of 32.
            var value = Number16(entry[2..], little) == 3 ? Number16(entry[8..], little) : Number32(entry[8..], little);
            if (Number16(entry, little) == Width)
                width = value;
            else if (Number16(entry, little) == Height)
                height = value;
        }

        return (long.CreateSaturating((Int128)width * height), Number32(entries[length..], little));
    }

    private static int Number16(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);

    private static long Number32(ReadOnlySpan<byte> bytes, bool little) =>
        little ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : BinaryPrimitives.ReadUInt32BigEndian(bytes);
}

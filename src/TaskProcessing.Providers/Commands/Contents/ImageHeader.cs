using System.Buffers.Binary;

namespace TaskProcessing.Providers.Commands.Contents;

/// <summary>
/// The facts in the first bytes of an image. Programs get no file without such a header, because they may read an unknown
/// file as a list of other files. They get no image that is larger than their memory allows.
/// </summary>
/// <param name="MediaType">The kind, such as <c>image/png</c>.</param>
/// <param name="Pixels">The number of pixels of the image, or of the largest of several pages.</param>
internal readonly record struct ImageHeader(string MediaType, long Pixels)
{
    /// <summary>The length of all headers but those of JPEG and TIFF.</summary>
    private const int HeadLength = 32;

    /// <summary>The limit of segments before the size in a JPEG; cameras write some twenty.</summary>
    private const int MaxSegments = 1000;

    /// <param name="image">A seekable stream; its position is undefined afterwards.</param>
    /// <returns>Null when it is no PNG, JPEG, GIF, TIFF, WebP or BMP, or ends within its header.</returns>
    public static ImageHeader? Read(Stream image)
    {
        var head = Bytes(image, 0, HeadLength);
        return head switch
        {
            _ when head.StartsWith((ReadOnlySpan<byte>)[0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a])
                    && head.Length >= 24 => Of(
                "image/png",
                BinaryPrimitives.ReadUInt32BigEndian(head[16..]),
                BinaryPrimitives.ReadUInt32BigEndian(head[20..])
            ),
            _ when head.StartsWith((ReadOnlySpan<byte>)[0xff, 0xd8, 0xff]) => ReadJpeg(image),
            _ when (head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8)) && head.Length >= 13 => Of(
                "image/gif",
                BinaryPrimitives.ReadUInt16LittleEndian(head[6..]),
                BinaryPrimitives.ReadUInt16LittleEndian(head[8..])
            ),
            _ when head.StartsWith((ReadOnlySpan<byte>)[(byte)'I', (byte)'I', 42, 0])
                    || head.StartsWith((ReadOnlySpan<byte>)[(byte)'M', (byte)'M', 0, 42]) => TiffPages.LargestOf(image) is { } pixels
                ? new("image/tiff", pixels)
                : null,
            _ when head.StartsWith("RIFF"u8) && head.Length >= 30 && head[8..].StartsWith("WEBP"u8) => ReadWebP(head),
            _ when head.StartsWith("BM"u8) && head.Length >= 26 => ReadBmp(head),
            _ => null,
        };
    }

    /// <summary>A part of a file; shorter where the file ends.</summary>
    internal static Span<byte> Bytes(Stream file, long at, int count)
    {
        var bytes = new byte[count];
        file.Position = at;
        return bytes.AsSpan(0, file.ReadAtLeast(bytes, count, throwOnEndOfStream: false));
    }

    private static ImageHeader? Of(string mediaType, long width, long height) =>
        width > 0 && height > 0 ? new(mediaType, long.CreateSaturating((Int128)width * height)) : null;

    /// <summary>The size is in the frame's header, after segments that each begin with their length.</summary>
    private static ImageHeader? ReadJpeg(Stream image)
    {
        var at = 2L;
        for (var segments = 0; segments < MaxSegments; segments++)
        {
            var segment = Bytes(image, at, 9);
            if (segment.Length < 4 || segment[0] != 0xff)
                return null;

            var marker = segment[1];
            if (marker is >= 0xc0 and <= 0xcf and not 0xc4 and not 0xc8 and not 0xcc)
                return segment.Length < 9
                    ? null
                    : Of(
                        "image/jpeg",
                        BinaryPrimitives.ReadUInt16BigEndian(segment[7..]),
                        BinaryPrimitives.ReadUInt16BigEndian(segment[5..])
                    );

            // Fill bytes come before a marker; a scan before any frame has no size.
            if (marker == 0xda)
                return null;
            at += marker == 0xff ? 1 : 2 + BinaryPrimitives.ReadUInt16BigEndian(segment[2..]);
        }

        return null;
    }

    private static ImageHeader? ReadWebP(ReadOnlySpan<byte> head) =>
        head[12..] switch
        {
            var chunk when chunk.StartsWith("VP8X"u8) => Of("image/webp", 1 + Number24(head[24..]), 1 + Number24(head[27..])),
            var chunk when chunk.StartsWith("VP8L"u8) && BinaryPrimitives.ReadUInt32LittleEndian(head[21..]) is var bits => Of(
                "image/webp",
                1 + (bits & 0x3fff),
                1 + ((bits >> 14) & 0x3fff)
            ),
            var chunk when chunk.StartsWith("VP8 "u8) => Of(
                "image/webp",
                BinaryPrimitives.ReadUInt16LittleEndian(head[26..]) & 0x3fff,
                BinaryPrimitives.ReadUInt16LittleEndian(head[28..]) & 0x3fff
            ),
            _ => null,
        };

    /// <summary>A height below zero says that the lines come from the top.</summary>
    private static ImageHeader? ReadBmp(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.ReadUInt32LittleEndian(head[14..]) == 12
            ? Of("image/bmp", BinaryPrimitives.ReadUInt16LittleEndian(head[18..]), BinaryPrimitives.ReadUInt16LittleEndian(head[20..]))
            : Of(
                "image/bmp",
                BinaryPrimitives.ReadInt32LittleEndian(head[18..]),
                Math.Abs((long)BinaryPrimitives.ReadInt32LittleEndian(head[22..]))
            );

    private static int Number24(ReadOnlySpan<byte> bytes) => bytes[0] | (bytes[1] << 8) | (bytes[2] << 16);
}

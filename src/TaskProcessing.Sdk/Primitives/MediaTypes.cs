using System.Buffers;
using System.Collections.Frozen;
using System.Text.Unicode;

namespace TaskProcessing.Sdk.Primitives;

/// <summary>
/// Detects the media type of a content from its first bytes and the extension of its name. Answers only types that a
/// browser shows without running code: pages, drawings and scripts are plain text here.
/// </summary>
internal static class MediaTypes
{
    /// <summary>The number of bytes that the detection reads.</summary>
    public const int HeadLength = 512;

    public const string Unknown = "application/octet-stream";
    public const string Text = "text/plain; charset=utf-8";

    /// <summary>Bytes that no text holds: control characters but for tab, line ends, form feed and escape.</summary>
    private static readonly SearchValues<byte> Controls = SearchValues.Create([
        .. Enumerable.Range(0, 0x20).Select(code => (byte)code).Except("\t\n\r\f\u001b"u8.ToArray()),
        0x7f,
    ]);

    /// <summary>The type of contents with these bytes at this offset.</summary>
    private static readonly (int At, byte[] Bytes, string Type)[] Signatures =
    [
        (0, [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a], "image/png"),
        (0, [0xff, 0xd8, 0xff], "image/jpeg"),
        (0, "GIF87a"u8.ToArray(), "image/gif"),
        (0, "GIF89a"u8.ToArray(), "image/gif"),
        (8, "WEBP"u8.ToArray(), "image/webp"),
        (0, [(byte)'I', (byte)'I', 0x2a, 0], "image/tiff"),
        (0, [(byte)'M', (byte)'M', 0, 0x2a], "image/tiff"),
        (0, "8BPS"u8.ToArray(), "image/vnd.adobe.photoshop"),
        (4, "ftypavif"u8.ToArray(), "image/avif"),
        (4, "ftypheic"u8.ToArray(), "image/heic"),
        (4, "ftypmif1"u8.ToArray(), "image/heif"),
        (8, "WAVE"u8.ToArray(), "audio/wav"),
        (0, "ID3"u8.ToArray(), "audio/mpeg"),
        (0, [0xff, 0xfb], "audio/mpeg"),
        (0, [0xff, 0xfa], "audio/mpeg"),
        (0, [0xff, 0xf3], "audio/mpeg"),
        (0, [0xff, 0xf2], "audio/mpeg"),
        (0, [0xff, 0xe3], "audio/mpeg"),
        (0, [0xff, 0xe2], "audio/mpeg"),
        (0, [0xff, 0xf1], "audio/aac"),
        (0, [0xff, 0xf9], "audio/aac"),
        (0, "fLaC"u8.ToArray(), "audio/flac"),
        (28, "OpusHead"u8.ToArray(), "audio/ogg"),
        (0, "MThd"u8.ToArray(), "audio/midi"),
        (0, "#!AMR"u8.ToArray(), "audio/amr"),
        (8, "AIFF"u8.ToArray(), "audio/aiff"),
        (4, "ftypM4A"u8.ToArray(), "audio/mp4"),
        (4, "ftypqt"u8.ToArray(), "video/quicktime"),
        (4, "ftyp"u8.ToArray(), "video/mp4"),
        (8, "AVI "u8.ToArray(), "video/x-msvideo"),
        (0, "FLV"u8.ToArray(), "video/x-flv"),
        (0, [0, 0, 1, 0xba], "video/mpeg"),
        (0, [0, 0, 1, 0xb3], "video/mpeg"),
        (0, "%PDF-"u8.ToArray(), "application/pdf"),
        (0, [0x1f, 0x8b], "application/gzip"),
        (0, "BZh"u8.ToArray(), "application/x-bzip2"),
        (0, [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0], "application/x-xz"),
        (0, [(byte)'7', (byte)'z', 0xbc, 0xaf, 0x27, 0x1c], "application/x-7z-compressed"),
        (0, "Rar!"u8.ToArray(), "application/vnd.rar"),
        (257, "ustar"u8.ToArray(), "application/x-tar"),
    ];

    /// <summary>Containers whose content only the name tells, and their type without a known extension.</summary>
    private static readonly (byte[] Bytes, string Type)[] Containers =
    [
        ([(byte)'P', (byte)'K', 3, 4], "application/zip"),
        ([(byte)'P', (byte)'K', 5, 6], "application/zip"),
        ("OggS"u8.ToArray(), "audio/ogg"),
        ([0x1a, 0x45, 0xdf, 0xa3], "video/x-matroska"),
        ([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], Unknown),
        ("BM"u8.ToArray(), Unknown),
    ];

    /// <summary>By the ending of the name, for containers.</summary>
    private static readonly FrozenDictionary<string, string> InContainers = new Dictionary<string, string>
    {
        ["bmp"] = "image/bmp",
        ["mkv"] = "video/x-matroska",
        ["webm"] = "video/webm",
        ["weba"] = "audio/webm",
        ["ogv"] = "video/ogg",
        ["oga"] = "audio/ogg",
        ["ogg"] = "audio/ogg",
        ["opus"] = "audio/ogg",
        ["epub"] = "application/epub+zip",
        ["odt"] = "application/vnd.oasis.opendocument.text",
        ["ods"] = "application/vnd.oasis.opendocument.spreadsheet",
        ["odp"] = "application/vnd.oasis.opendocument.presentation",
        ["docx"] = "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ["xlsx"] = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        ["pptx"] = "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        ["doc"] = "application/msword",
        ["xls"] = "application/vnd.ms-excel",
        ["ppt"] = "application/vnd.ms-powerpoint",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>By the ending of the name, for texts.</summary>
    private static readonly FrozenDictionary<string, string> InTexts = new Dictionary<string, string>
    {
        ["csv"] = "text/csv; charset=utf-8",
        ["md"] = "text/markdown; charset=utf-8",
        ["srt"] = "application/x-subrip",
        ["vtt"] = "text/vtt; charset=utf-8",
        ["json"] = "application/json",
        ["ics"] = "text/calendar; charset=utf-8",
        ["vcf"] = "text/vcard; charset=utf-8",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <param name="head">The first <see cref="HeadLength"/> bytes, or all there are.</param>
    /// <param name="fileName">The name.</param>
    public static string Of(ReadOnlySpan<byte> head, string fileName)
    {
        var ending = Path.GetExtension(fileName).TrimStart('.');
        foreach (var (bytes, type) in Containers)
        {
            if (head.StartsWith(bytes))
                return InContainers.GetValueOrDefault(ending, type);
        }

        foreach (var (at, bytes, type) in Signatures)
        {
            if (head.Length > at && head[at..].StartsWith(bytes))
                return type;
        }

        return IsText(head) ? InTexts.GetValueOrDefault(ending, Text) : Unknown;
    }

    /// <summary>True for a text, given its first <see cref="HeadLength"/> bytes or all bytes.</summary>
    public static bool IsText(ReadOnlySpan<byte> head)
    {
        if (head.ContainsAny(Controls))
            return false;
        if (Utf8.IsValid(head))
            return true;

        // The last character may have been cut in its middle.
        for (var cut = 1; head.Length == HeadLength && cut <= 3; cut++)
        {
            if (Utf8.IsValid(head[..^cut]))
                return true;
        }

        return false;
    }
}

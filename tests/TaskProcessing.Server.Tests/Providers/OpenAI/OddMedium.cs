using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>
/// An odd answer that some endpoint really sends to a call for an image, a sound or a transcript, rebuilt, and the
/// expected result.
/// </summary>
/// <param name="Name">The oddity.</param>
/// <param name="Report">The servers that are reported to send it.</param>
/// <param name="Replies">The endpoint's answers, call by call.</param>
internal sealed record OddMedium(string Name, string Report, params Reply[] Replies)
{
    /// <summary>The text of the task's output.</summary>
    public string? Output { get; init; }

    /// <summary>The names of the files that are stored, parted by spaces.</summary>
    public string? Files { get; init; }

    /// <summary>The content of the first file; null for any.</summary>
    public byte[]? Content { get; init; }

    /// <summary>The error for administrators, in part.</summary>
    public string? Error { get; init; }

    /// <summary>The error for users.</summary>
    public string? UserError { get; init; }

    /// <summary>True when the task goes back into the queue.</summary>
    public bool IsRetried { get; init; }

    /// <summary>The members that each call left out of the one before it, separated by spaces.</summary>
    public string LeftOut { get; init; } = "";

    public override string ToString() => $"{Name} ({Report})";
}

/// <summary>Small files of each kind: their beginnings, which tell what they are.</summary>
internal static class SmallFiles
{
    public static readonly byte[] Mp3 = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0, .. new byte[40]];
    public static readonly byte[] BareMp3 = [0xff, 0xe3, 0x18, 0xc4, .. new byte[60]];
    public static readonly byte[] Wav = MakeWav(length: 8);

    /// <summary>As servers send it that do not know yet how long it will be.</summary>
    public static readonly byte[] EndlessWav = MakeWav(length: uint.MaxValue);

    public static readonly byte[] Ogg = [.. "OggS"u8, 0, 2, .. new byte[22], .. "OpusHead"u8, .. new byte[20]];
    public static readonly byte[] Flac = [.. "fLaC"u8, 0, 0, 0, 34, .. new byte[34]];
    public static readonly byte[] Jpeg = [0xff, 0xd8, 0xff, 0xe0, 0, 16, .. "JFIF"u8, .. new byte[50]];
    public static readonly byte[] Webp = [.. "RIFF"u8, 60, 0, 0, 0, .. "WEBPVP8 "u8, .. new byte[50]];

    public static string Base64(byte[] bytes) => Convert.ToBase64String(bytes);

    public static string Png => Base64(FileDriver.Png);

    private static byte[] MakeWav(uint length) =>
        [
            .. "RIFF"u8,
            .. BitConverter.GetBytes(length == uint.MaxValue ? length : length + 36),
            .. "WAVEfmt "u8,
            .. (byte[])[16, 0, 0, 0, 1, 0, 1, 0, 0xc0, 0x5d, 0, 0, 0x80, 0xbb, 0, 0, 2, 0, 16, 0],
            .. "data"u8,
            .. BitConverter.GetBytes(length),
            .. (byte[])[1, 0, 2, 0, 3, 0, 4, 0],
        ];
}

namespace TaskProcessing.Providers.Commands.Contents;

/// <summary>
/// Picks one of ffmpeg's demuxers for a file with sound, by its first bytes. Only formats that contain their sound are
/// known here: playlists, scripts and lists of parts would make ffmpeg open other files.
/// </summary>
internal static class SoundContainer
{
    /// <summary>The number of bytes that the detection reads.</summary>
    public const int HeadLength = 512;

    private const int TransportPacket = 188;

    private static readonly (int At, byte[] Bytes, string Reader)[] Signatures =
    [
        (0, "fLaC"u8.ToArray(), "flac"),
        (0, "OggS"u8.ToArray(), "ogg"),
        (0, "ID3"u8.ToArray(), "mp3"),
        (0, "#!AMR"u8.ToArray(), "amr"),
        (0, "FLV"u8.ToArray(), "flv"),
        (0, ".snd"u8.ToArray(), "au"),
        (0, "caff"u8.ToArray(), "caf"),
        (0, "wvpk"u8.ToArray(), "wv"),
        (0, "TTA1"u8.ToArray(), "tta"),
        (0, "MAC "u8.ToArray(), "ape"),
        (0, [0x1a, 0x45, 0xdf, 0xa3], "matroska"),
        (0, [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11], "asf"),
        (0, [(byte)'r', (byte)'i', (byte)'f', (byte)'f', 0x2e, 0x91, 0xcf, 0x11], "w64"),
        (0, [0x7f, 0xfe, 0x80, 0x01], "dts"),
        (0, [0, 0, 1, 0xba], "mpeg"),
        (4, "ftyp"u8.ToArray(), "mov"),
        (4, "moov"u8.ToArray(), "mov"),
        (4, "mdat"u8.ToArray(), "mov"),
        (4, "wide"u8.ToArray(), "mov"),
    ];

    /// <param name="head">The first <see cref="HeadLength"/> bytes, or all there are.</param>
    /// <returns>The reader's name; null when there is none for it.</returns>
    public static string? ReaderOf(ReadOnlySpan<byte> head)
    {
        foreach (var (at, bytes, reader) in Signatures)
        {
            if (head.Length > at && head[at..].StartsWith(bytes))
                return reader;
        }

        return head.Length < 12 ? null : OfForms(head) ?? OfFrames(head);
    }

    /// <summary>Files of chunks: the kind of content stands behind the length of the first chunk.</summary>
    private static string? OfForms(ReadOnlySpan<byte> head)
    {
        var form = head[8..12];
        if (head.StartsWith("RIFF"u8) || head.StartsWith("RF64"u8))
            return form.SequenceEqual("WAVE"u8) ? "wav"
                : form.SequenceEqual("AVI "u8) ? "avi"
                : null;
        return head.StartsWith("FORM"u8) && (form.SequenceEqual("AIFF"u8) || form.SequenceEqual("AIFC"u8)) ? "aiff" : null;
    }

    /// <summary>Frames without a container; each begins with the same bits.</summary>
    private static string? OfFrames(ReadOnlySpan<byte> head) =>
        head switch
        {
            [0xff, 0xf0 or 0xf1 or 0xf8 or 0xf9, ..] => "aac",
            [0xff, >= 0xe2, ..] => "mp3",
            [0x0b, 0x77, _, _, _, var version, ..] => version >> 3 > 10 ? "eac3" : "ac3",
            [0x47, ..] when head.Length > 2 * TransportPacket && head[TransportPacket] == 0x47 && head[2 * TransportPacket] == 0x47 =>
                "mpegts",
            _ => null,
        };
}

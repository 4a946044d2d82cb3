using System.Buffers.Binary;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>Joins sounds that a model made one after the other into one file.</summary>
internal static class JoinedSound
{
    private const int TagHeadLength = 10;

    /// <param name="sounds">One at least, all of the same kind if they are to be joined.</param>
    /// <returns>The joined file; null when files of their kind cannot be joined without encoding them again.</returns>
    public static MediaFile? Of(IReadOnlyList<MediaFile> sounds)
    {
        var ending = sounds[0].Ending;
        if (sounds.Count == 1)
            return sounds[0];
        if (sounds.Any(sound => sound.Ending != ending))
            return null;

        return ending switch
        {
            // Streams of frames, and of chained streams: one may follow the other.
            "mp3" => new MediaFile(Concat([.. sounds.Select(sound => FramesOf(sound.Bytes))]), ending),
            "aac" or "ogg" => new MediaFile(Concat([.. sounds.Select(sound => sound.Bytes)]), ending),
            "wav" => JoinWav([.. sounds.Select(sound => sound.Bytes)]),
            _ => null,
        };
    }

    private static byte[] Concat(IReadOnlyList<ReadOnlyMemory<byte>> parts)
    {
        var joined = new byte[parts.Sum(part => part.Length)];
        var at = 0;
        foreach (var part in parts)
        {
            part.Span.CopyTo(joined.AsSpan(at));
            at += part.Length;
        }

        return joined;
    }

    /// <summary>
    /// An MP3 without its tags and without the frame that says how long it is: players would take the first part's length for
    /// that of the whole.
    /// </summary>
    private static ReadOnlyMemory<byte> FramesOf(ReadOnlyMemory<byte> file)
    {
        var bytes = file.Span;
        if (bytes.Length > TagHeadLength && bytes.StartsWith("ID3"u8))
        {
            var length = (bytes[6] << 21) | (bytes[7] << 14) | (bytes[8] << 7) | bytes[9];
            file = file[Math.Min(bytes.Length, TagHeadLength + length)..];
        }

        if (file.Length >= 128 && file.Span[^128..].StartsWith("TAG"u8))
            file = file[..^128];
        return Mp3Frame.LengthOf(file.Span) is { } first && first <= file.Length && Mp3Frame.HasLength(file.Span[..first])
            ? file[first..]
            : file;
    }

    /// <summary>Joins files with the same usual header: the samples of all files follow it.</summary>
    private static MediaFile? JoinWav(IReadOnlyList<ReadOnlyMemory<byte>> files)
    {
        if (files.Any(file => !Wav.HasUsualHead(file.Span) || !file.Span[20..36].SequenceEqual(files[0].Span[20..36])))
            return null;

        var joined = Concat([files[0][..Wav.HeadLength], .. files.Select(Wav.SamplesOf)]);
        BinaryPrimitives.WriteInt32LittleEndian(joined.AsSpan(4), joined.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(joined.AsSpan(40), joined.Length - Wav.HeadLength);
        return new MediaFile(joined, "wav");
    }
}

/// <summary>The frames of an MP3.</summary>
internal static class Mp3Frame
{
    /// <summary>Thousands of bits a second: of the first version, and of the two later ones with fewer samples.</summary>
    private static readonly int[] Rates = [0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 0];
    private static readonly int[] LowRates = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160, 0];
    private static readonly int[] Samples = [44_100, 48_000, 32_000, 0];

    /// <returns>Null when no frame of the third layer begins here.</returns>
    public static int? LengthOf(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < 4 || bytes[0] != 0xff || (bytes[1] & 0xe6) != 0xe2)
            return null;

        var version = (bytes[1] >> 3) & 3;
        var isFirst = version == 3;
        var rate = (isFirst ? Rates : LowRates)[bytes[2] >> 4];
        var samples =
            Samples[(bytes[2] >> 2) & 3]
            / (
                isFirst ? 1
                : version == 2 ? 2
                : 4
            );
        return rate == 0 || samples == 0 || version == 1 ? null : ((isFirst ? 144_000 : 72_000) * rate / samples) + ((bytes[2] >> 1) & 1);
    }

    /// <summary>True when the frame has no sound but the length of the whole file.</summary>
    public static bool HasLength(ReadOnlySpan<byte> frame) =>
        frame.IndexOf("Xing"u8) is >= 0 and < 64 || frame.IndexOf("Info"u8) is >= 0 and < 64 || frame.IndexOf("VBRI"u8) is >= 0 and < 64;
}

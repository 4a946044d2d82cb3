using System.Buffers.Binary;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>WAV files of sixteen bits.</summary>
internal static class Wav
{
    /// <summary>Samples a second of most speaking models.</summary>
    public const int UsualRate = 24_000;

    /// <summary>The usual head is followed by samples to the end of the file.</summary>
    public const int HeadLength = 44;

    /// <summary>Samples without a head, as of one channel.</summary>
    public static ReadOnlyMemory<byte> Of(ReadOnlyMemory<byte> samples, int rate)
    {
        if (samples.IsEmpty)
            throw new BadAnswerException("The endpoint answered a sound without samples.");

        var wav = new byte[HeadLength + samples.Length];
        "RIFF"u8.CopyTo(wav);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(4), wav.Length - 8);
        "WAVEfmt "u8.CopyTo(wav.AsSpan(8));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(16), 16);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(20), 1);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(22), 1);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(24), rate);
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(28), rate * 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(32), 2);
        BinaryPrimitives.WriteInt16LittleEndian(wav.AsSpan(34), 16);
        "data"u8.CopyTo(wav.AsSpan(36));
        BinaryPrimitives.WriteInt32LittleEndian(wav.AsSpan(40), samples.Length);
        samples.Span.CopyTo(wav.AsSpan(HeadLength));
        return wav;
    }

    /// <summary>
    /// The file with its true length in its head. Servers that send a sound while they make it do not know that, and put there
    /// the largest number or zero, which some players take for hours, or for nothing.
    /// </summary>
    public static ReadOnlyMemory<byte> WithLength(ReadOnlyMemory<byte> wav)
    {
        if (!HasUsualHead(wav.Span) || (SampleBytes(wav.Span) is > 0 and var length && length <= wav.Length - HeadLength))
            return wav;

        var mended = wav.ToArray();
        BinaryPrimitives.WriteInt32LittleEndian(mended.AsSpan(4), mended.Length - 8);
        BinaryPrimitives.WriteInt32LittleEndian(mended.AsSpan(40), mended.Length - HeadLength);
        return mended;
    }

    public static bool HasUsualHead(ReadOnlySpan<byte> wav) => wav.Length >= HeadLength && wav[36..40].SequenceEqual("data"u8);

    /// <summary>The samples behind a usual head.</summary>
    public static ReadOnlyMemory<byte> SamplesOf(ReadOnlyMemory<byte> wav) =>
        wav.Slice(HeadLength, (int)Math.Min(SampleBytes(wav.Span), wav.Length - HeadLength));

    private static uint SampleBytes(ReadOnlySpan<byte> wav) => BinaryPrimitives.ReadUInt32LittleEndian(wav[40..]);
}

using System.Globalization;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Sounds of a real encoder that become one file, as a real decoder hears it.</summary>
public sealed class JoinedSoundTests
{
    private readonly TemporaryFolder _folder = new();

    [Theory]
    [InlineData("mp3", "libmp3lame")]
    [InlineData("ogg", "libopus")]
    [InlineData("wav", "pcm_s16le")]
    [InlineData("aac", "aac")]
    public async Task Parts_play_one_after_the_other(string ending, string encoder)
    {
        var first = await MakeAsync(1.0, ending, encoder);
        var second = await MakeAsync(2.0, ending, encoder);

        var joined = JoinedSound.Of([MediaFile.Of(first, "audio"), MediaFile.Of(second, "audio")]);

        joined!.Ending.Should().Be(ending);
        (await SecondsAsync(joined)).Should().BeApproximately(3, 0.25);
    }

    private async Task<byte[]> MakeAsync(double seconds, string ending, string encoder)
    {
        var path = Path.Combine(_folder.Path, $"{seconds.ToString(CultureInfo.InvariantCulture)}.{ending}");
        await RunAsync(
            "-f",
            "lavfi",
            "-i",
            $"sine=frequency=440:sample_rate=24000:duration={seconds.ToString(CultureInfo.InvariantCulture)}",
            "-codec:a",
            encoder,
            "-bitexact",
            path
        );
        return await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
    }

    /// <summary>By its samples: what a head says of the length may be wrong.</summary>
    private async Task<double> SecondsAsync(MediaFile sound)
    {
        var (from, to) = (Path.Combine(_folder.Path, $"joined.{sound.Ending}"), Path.Combine(_folder.Path, "joined.raw"));
        await File.WriteAllBytesAsync(from, sound.Bytes.ToArray(), TestContext.Current.CancellationToken);
        await RunAsync("-i", from, "-f", "s16le", "-ac", "1", "-ar", "24000", to);
        return new FileInfo(to).Length / 2 / 24_000.0;
    }

    private async Task RunAsync(params string[] arguments)
    {
        var (exitCode, output) = await DebianTools.RunAsync("ffmpeg", _folder.Path, [], ["-nostdin", "-v", "error", "-y", .. arguments]);
        exitCode.Should().Be(0, output);
    }
}

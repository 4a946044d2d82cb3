using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.Commands.Programs;

namespace TaskProcessing.Server.Providers.Commands.ReadyMade;

/// <summary>Writes down English speech; ffmpeg makes of any sound or video what pocketsphinx can hear.</summary>
internal sealed class PocketsphinxProvider(ReadyMadeKit kit, string program, string ffmpeg) : ReadyMadeProvider(kit)
{
    private const string Speech = "speech.wav";

    /// <summary>What holds its sound itself: playlists would have ffmpeg open other files.</summary>
    private const string Formats =
        "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dts,eac3,flac,flv,matroska,mov,mp3,mp4,mpeg,mpegts,ogg,tta,w64,wav,webm,wv";

    public override ProviderDescriptor Descriptor { get; } = new()
    {
        Id = "ready:pocketsphinx",
        Name = "PocketSphinx (English)",
        TaskType = "core:audio2text",
        ExpectedRuntime = TimeSpan.FromSeconds(60),
    };

    /// <param name="kit">What it works with.</param>
    /// <param name="programs">The paths of pocketsphinx_continuous and ffmpeg.</param>
    /// <param name="answer">There is nothing to ask.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer) => new PocketsphinxProvider(kit, programs[0], programs[1]);

    protected override async Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory)
    {
        await using (var sound = await context.OpenFileAsync("input"))
            await DecodeAsync(context, directory, await directory.AddAsync(sound, context.CancellationToken));
        await context.ReportProgressAsync(0.1);
        var lines = await RunAsync(context, directory, program, ["-infile", Speech, "-logfn", "/dev/null"]);
        return new TaskOutput { ["output"] = lines.Trim() };
    }

    private async Task DecodeAsync(TaskRunContext context, RunDirectory directory, string path)
    {
        try
        {
            await RunAsync(context, directory, ffmpeg,
            [
                "-nostdin", "-v", "error", "-protocol_whitelist", "file", "-format_whitelist", Formats, "-i", path,
                "-map", "0:a:0", "-ac", "1", "-ar", "16000", "-c:a", "pcm_s16le", "-f", "wav", Speech,
            ]);
        }
        catch (TaskFailedException failure) when (failure.UserMessage is null)
        {
            throw new TaskFailedException(failure.Message, "The file holds no sound that can be read.", failure);
        }
    }
}

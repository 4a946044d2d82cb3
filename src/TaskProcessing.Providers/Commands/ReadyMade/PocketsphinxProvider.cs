using TaskProcessing.Providers.Commands.Contents;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Transcribes English speech; ffmpeg converts any sound or video to the format that pocketsphinx reads.</summary>
internal sealed class PocketsphinxProvider(ReadyMadeKit kit, string program, string ffmpeg) : ReadyMadeProvider(kit)
{
    private const string Speech = "speech.wav";
    private const string NoSound = "The file holds no sound that can be read.";

    public override ProviderDescriptor Descriptor { get; } =
        new()
        {
            Id = "ready:pocketsphinx",
            Name = "PocketSphinx (English)",
            TaskType = "core:audio2text",
            ExpectedRuntime = TimeSpan.FromSeconds(60),
        };

    /// <param name="kit">The shared tools.</param>
    /// <param name="programs">The paths of pocketsphinx_continuous and ffmpeg.</param>
    /// <param name="answer">There is nothing to ask.</param>
    public static TaskProvider? Create(ReadyMadeKit kit, IReadOnlyList<string> programs, string answer) =>
        new PocketsphinxProvider(kit, programs[0], programs[1]);

    protected override async Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory)
    {
        await using (var sound = await context.OpenFileAsync("input"))
            await DecodeAsync(context, directory, await directory.AddAsync(sound, context.CancellationToken));
        await context.ReportProgressAsync(0.1);
        var lines = await RunAsync(context, directory, program, ["-infile", Speech, "-logfn", "/dev/null"]);
        return new TaskOutput { ["output"] = lines.Trim() };
    }

    /// <summary>
    /// The reader is named, so that ffmpeg does not choose one that opens other files; and it may use no other, nor any way but
    /// to files.
    /// </summary>
    private async Task DecodeAsync(TaskRunContext context, RunDirectory directory, string path)
    {
        var reader = ReaderOf(path) ?? throw new TaskFailedException("The first bytes are of no kind of sound that is known.", NoSound);
        try
        {
            await RunAsync(
                context,
                directory,
                ffmpeg,
                [
                    "-nostdin",
                    "-v",
                    "error",
                    "-protocol_whitelist",
                    "file",
                    "-format_whitelist",
                    reader,
                    "-f",
                    reader,
                    "-i",
                    $"file:{path}",
                    "-map",
                    "0:a:0",
                    "-ac",
                    "1",
                    "-ar",
                    "16000",
                    "-c:a",
                    "pcm_s16le",
                    "-f",
                    "wav",
                    Speech,
                ]
            );
        }
        catch (TaskFailedException failure) when (failure.UserMessage is null)
        {
            throw new TaskFailedException(failure.Message, NoSound, failure);
        }
    }

    private static string? ReaderOf(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[SoundContainer.HeadLength];
        return SoundContainer.ReaderOf(head.AsSpan(0, file.ReadAtLeast(head, head.Length, throwOnEndOfStream: false)));
    }
}

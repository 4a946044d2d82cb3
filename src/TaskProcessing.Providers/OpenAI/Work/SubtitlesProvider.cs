using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Writes down the words of a sound or a video with their times, as a file in SubRip's format.</summary>
internal sealed class SubtitlesProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:audio2text:subtitles";

    protected override ImmutableArray<string> Models => Endpoint.Models.Transcription;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var model = ModelFor(context);
        var heard = await SpeechWork.TranscribeAsync(Endpoint, context, model, context.FileId("input"), withTimes: true);
        if (heard.Cues.Count == 0 && heard.Text.Length > 0)
            throw new TaskFailedException(
                $"Endpoint {Endpoint.Name}, model {model}: It does not say when something is said; TranscriptionModel has to name one "
                    + "that does, such as whisper-1.",
                "The AI model does not say when something is said. Please tell your administrator."
            );

        var file = new MemoryStream(Encoding.UTF8.GetBytes(Write(heard.Cues)));
        return new TaskOutput { { "output", await context.UploadFileAsync(file, "subtitles.srt") } };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        descriptor with
        {
            ExpectedRuntime = TimeSpan.FromMinutes(2),
        };

    private static string Write(IEnumerable<Cue> cues) =>
        string.Concat(
            cues.Where(cue => cue.Text.Length > 0)
                .Select((cue, index) => $"{index + 1}\n{Time(cue.From)} --> {Time(cue.To)}\n{Lines(cue.Text)}\n\n")
        );

    /// <summary>Empty lines part the cues, so none may be within one.</summary>
    private static string Lines(string text) =>
        string.Join('\n', text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Time(TimeSpan time) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"{(int)time.TotalHours:00}:{time.Minutes:00}:{time.Seconds:00},{time.Milliseconds:000}"
        );
}

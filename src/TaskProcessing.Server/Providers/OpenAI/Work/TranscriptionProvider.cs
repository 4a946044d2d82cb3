using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Files;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Writes down what is said.</summary>
internal sealed class TranscriptionProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:audio2text";

    protected override ImmutableArray<string> Models => Endpoint.Models.Transcription;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var fileName = $"audio.{await EndingAsync(context)}";
        var text = await Endpoint.Client.TranscribeAsync(ModelFor(context), async () => await context.OpenFileAsync("input"), fileName, context.CancellationToken);
        return new TaskOutput { ["output"] = text.Trim() };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) => descriptor with { ExpectedRuntime = TimeSpan.FromMinutes(2) };

    /// <summary>Endpoints tell the kind of audio by its name.</summary>
    private static async Task<string> EndingAsync(TaskRunContext context)
    {
        await using var file = await context.OpenFileAsync("input");
        var head = new byte[MediaTypes.HeadLength];
        var length = await file.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, context.CancellationToken);
        return MediaTypes.Of(head.AsSpan(0, length), "") switch
        {
            "audio/wav" => "wav",
            "audio/ogg" => "ogg",
            "audio/flac" => "flac",
            "audio/aac" => "aac",
            "audio/mp4" => "m4a",
            "video/mp4" or "video/quicktime" => "mp4",
            "video/x-matroska" or "video/webm" => "webm",
            _ => "mp3",
        };
    }
}

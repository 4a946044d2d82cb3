using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Writes down the words of a recording.</summary>
internal sealed class TranscriptionProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:audio2text";

    protected override ImmutableArray<string> Models => Endpoint.Models.Transcription;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var heard = await SpeechWork.TranscribeAsync(Endpoint, context, ModelFor(context), context.FileId("input"));
        return new TaskOutput { ["output"] = heard.Text };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        descriptor with
        {
            ExpectedRuntime = TimeSpan.FromMinutes(2),
        };
}

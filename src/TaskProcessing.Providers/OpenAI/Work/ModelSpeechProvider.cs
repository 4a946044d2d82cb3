using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Reads a text aloud.</summary>
internal sealed class ModelSpeechProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:text2speech";

    protected override ImmutableArray<string> Models => Endpoint.Models.Speech;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context) =>
        new() { { "speech", await SpeechWork.SpeakAsync(Endpoint, context, ModelFor(context), context.Text("input"), "speech") } };

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        descriptor.WithVoices(Endpoint.Options) with
        {
            ExpectedRuntime = TimeSpan.FromMinutes(1),
        };
}

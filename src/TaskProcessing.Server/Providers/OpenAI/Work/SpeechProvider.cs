using System.Collections.Immutable;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Reads a text aloud.</summary>
internal sealed class SpeechProvider(OpenAIEndpoint endpoint) : EndpointProvider(endpoint, Type)
{
    public const string Type = "core:text2speech";

    private static readonly ImmutableArray<string> OpenAIVoices = ["alloy", "ash", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer"];

    protected override ImmutableArray<string> Models => Endpoint.Models.Speech;

    private ImmutableArray<string> Voices => Endpoint.Options.Voices.Count > 0 ? [.. Endpoint.Options.Voices] : OpenAIVoices;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var voice = context.TextOrNull("voice") ?? Voices[0];
        var speed = Math.Clamp(context.NumberOrNull("speed") ?? 1, 0.25, 4);
        var speech = await Endpoint.Client.SpeakAsync(ModelFor(context), context.Text("input"), voice, speed, context.CancellationToken);
        return new TaskOutput { { "speech", await context.UploadFileAsync(speech.ToStream(), "speech.mp3") } };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) => descriptor with
    {
        ExpectedRuntime = TimeSpan.FromMinutes(1),
        OptionalInputShape =
        [
            new ShapeDescriptor("voice", "Voice", "Who reads", ShapeType.Enum),
            new ShapeDescriptor("speed", "Speed", "How fast: 1 is usual, 0.25 to 4", ShapeType.Number),
        ],
        OptionalInputShapeEnumValues = descriptor.OptionalInputShapeEnumValues.Add("voice", [.. Voices.Select(voice => new ShapeEnumValue(voice, voice))]),
        OptionalInputShapeDefaults = descriptor.OptionalInputShapeDefaults.Add("voice", Json(Voices[0])).Add("speed", Json(1)),
    };
}

using System.Collections.Immutable;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Reads texts aloud and writes sounds down, as parts of other work.</summary>
internal static class SpeechWork
{
    public const string VoiceSlot = "voice";
    public const string SpeedSlot = "speed";

    private static readonly ImmutableArray<string> OpenAIVoices =
    [
        "alloy",
        "ash",
        "coral",
        "echo",
        "fable",
        "nova",
        "onyx",
        "sage",
        "shimmer",
    ];

    /// <summary>Adds the choice of a voice and of a speed.</summary>
    public static ProviderDescriptor WithVoices(this ProviderDescriptor descriptor, OpenAIEndpointOptions options) =>
        descriptor with
        {
            OptionalInputShape =
            [
                .. descriptor.OptionalInputShape,
                new ShapeDescriptor(VoiceSlot, "Voice", "Who reads", ShapeType.Enum),
                new ShapeDescriptor(SpeedSlot, "Speed", "How fast: 1 is usual, 0.25 to 4", ShapeType.Number),
            ],
            OptionalInputShapeEnumValues = descriptor.OptionalInputShapeEnumValues.Add(
                VoiceSlot,
                [.. VoicesOf(options).Select(voice => new ShapeEnumValue(voice, voice))]
            ),
            OptionalInputShapeDefaults = descriptor
                .OptionalInputShapeDefaults.Add(VoiceSlot, EndpointProvider.Json(VoicesOf(options)[0]))
                .Add(SpeedSlot, EndpointProvider.Json(1)),
        };

    /// <summary>Reads a text aloud, a long one in parts that become one file.</summary>
    /// <param name="endpoint">The endpoint of the model.</param>
    /// <param name="context">The task.</param>
    /// <param name="model">The model that reads.</param>
    /// <param name="text">The text.</param>
    /// <param name="fileName">The name of the file, without its ending.</param>
    /// <returns>The file's id.</returns>
    public static async Task<long> SpeakAsync(OpenAIEndpoint endpoint, TaskRunContext context, string model, string text, string fileName)
    {
        var request = new SpeechRequest(model, text, context.TextOrNull(VoiceSlot) ?? VoicesOf(endpoint.Options)[0])
        {
            Speed = Math.Clamp(context.NumberOrNull(SpeedSlot) ?? 1, 0.25, 4),
            IsVoiceGuessed = context.TextOrNull(VoiceSlot) is null && endpoint.Options.Voices.Count == 0,
        };
        List<MediaFile> sounds = [];
        await PartsOfText.ForEachAsync(
            TextParts.Of(text, endpoint.Options.SpeechPartCharacters),
            async (part, place) =>
            {
                var said = place.Count > 1 ? part.Trim() : part;
                sounds.Add(await endpoint.Sounds.SpeakAsync(request with { Text = said }, context.CancellationToken));
                if (place.Count > 1)
                    await context.ReportProgressAsync((place.Index + 1.0) / (place.Count + 1));
            }
        );
        if (JoinedSound.Of(sounds) is not { } sound)
            throw new TaskFailedException(
                $"Endpoint {endpoint.Name}, model {model}: The text was read in {sounds.Count} parts, whose kind "
                    + $"({sounds[0].Ending}) cannot be joined; a larger SpeechPartCharacters makes fewer of them.",
                "The text is too long to be read aloud: please shorten it."
            );

        return await context.UploadFileAsync(sound.Open(), $"{fileName}.{sound.Ending}");
    }

    /// <summary>Writes a sound down.</summary>
    /// <param name="endpoint">The endpoint of the model.</param>
    /// <param name="context">The task.</param>
    /// <param name="model">The model that transcribes.</param>
    /// <param name="fileId">The sound, or a video.</param>
    /// <param name="language">The code of its language, where it is known.</param>
    /// <param name="withTimes">True to ask for the times of the parts.</param>
    public static async Task<Transcript> TranscribeAsync(
        OpenAIEndpoint endpoint,
        TaskRunContext context,
        string model,
        long fileId,
        string? language = null,
        bool withTimes = false
    ) =>
        await endpoint.Sounds.TranscribeAsync(
            new TranscriptionRequest(model, async () => await context.OpenFileAsync(fileId), $"audio.{await EndingAsync(context, fileId)}")
            {
                Language = language,
                WithTimes = withTimes,
            },
            context.CancellationToken
        );

    private static ImmutableArray<string> VoicesOf(OpenAIEndpointOptions options) =>
        options.Voices.Count > 0 ? [.. options.Voices] : OpenAIVoices;

    /// <summary>Endpoints recognise the type of a sound by its name.</summary>
    private static async Task<string> EndingAsync(TaskRunContext context, long fileId)
    {
        var type = await TaskFiles.TypeOfAsync(context, fileId);
        return type.Split('/')[0] is "image" or "text" || type is "application/pdf"
            ? throw new TaskFailedException(
                $"File {fileId} is {type}; models listen to sounds and videos.",
                "The file is neither a sound nor a video."
            )
            : FileEndings.Of(type) ?? "mp3";
    }
}

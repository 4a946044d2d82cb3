using TaskProcessing.Providers.OpenAI.Work;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>Makes the providers of an endpoint: one for each task type.</summary>
internal static class OpenAIProviders
{
    /// <summary>The ids of all task types that some endpoint may serve.</summary>
    public static IReadOnlyCollection<string> TaskTypes { get; } =
    [
        .. TextWork.All.Select(work => work.TaskType),
        ChatProvider.Type,
        ChatWithToolsProvider.Type,
        ModelSummaryProvider.Type,
        AnalyzeImagesProvider.Type,
        ImageProvider.Type,
        TranscriptionProvider.Type,
        ModelSpeechProvider.Type,
        SubtitlesProvider.Type,
        OcrProvider.Type,
        MultimodalChatProvider.Type,
        AudioChatProvider.Type,
        AudioTranslateProvider.Type,
    ];

    /// <summary>All providers of an endpoint, whether there is a model for them now or not.</summary>
    public static IReadOnlyList<EndpointProvider> Of(OpenAIEndpoint endpoint)
    {
        EndpointProvider[] all =
        [
            new ChatProvider(endpoint),
            new ChatWithToolsProvider(endpoint),
            new ModelSummaryProvider(endpoint),
            .. TextWork.All.Select(work => new ModelTextProvider(endpoint, work)),
            new AnalyzeImagesProvider(endpoint),
            new ImageProvider(endpoint),
            new TranscriptionProvider(endpoint),
            new ModelSpeechProvider(endpoint),
            new SubtitlesProvider(endpoint),
            new OcrProvider(endpoint),
            new MultimodalChatProvider(endpoint),
            new AudioChatProvider(endpoint),
            new AudioTranslateProvider(endpoint),
        ];
        var wanted = endpoint.Options.TaskTypes;
        return [.. all.Where(provider => wanted.Count == 0 || wanted.Contains(provider.TaskType))];
    }
}

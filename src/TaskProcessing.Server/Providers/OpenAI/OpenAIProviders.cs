using TaskProcessing.Server.Providers.OpenAI.Work;

namespace TaskProcessing.Server.Providers.OpenAI;

/// <summary>What endpoints can be used for: a provider for each task type.</summary>
internal static class OpenAIProviders
{
    /// <summary>The ids of all task types that some endpoint may serve.</summary>
    public static IReadOnlyCollection<string> TaskTypes { get; } =
    [
        .. TextWork.All.Select(work => work.TaskType),
        ChatProvider.Type, ChatWithToolsProvider.Type, SummaryProvider.Type, AnalyzeImagesProvider.Type, ImageProvider.Type, TranscriptionProvider.Type, SpeechProvider.Type,
    ];

    /// <summary>All providers of an endpoint, whether there is a model for them now or not.</summary>
    public static IReadOnlyList<EndpointProvider> Of(OpenAIEndpoint endpoint)
    {
        EndpointProvider[] all =
        [
            new ChatProvider(endpoint),
            new ChatWithToolsProvider(endpoint),
            new SummaryProvider(endpoint),
            .. TextWork.All.Select(work => new TextWorkProvider(endpoint, work)),
            new AnalyzeImagesProvider(endpoint),
            new ImageProvider(endpoint),
            new TranscriptionProvider(endpoint),
            new SpeechProvider(endpoint),
        ];
        var wanted = endpoint.Options.TaskTypes;
        return [.. all.Where(provider => wanted.Count == 0 || wanted.Contains(provider.TaskType))];
    }
}

using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI;

/// <summary>One endpoint of the configuration, with its calls and its present models.</summary>
internal sealed class OpenAIEndpoint : IDisposable
{
    private ModelList _models;

    public OpenAIEndpoint(string name, OpenAIEndpointOptions options, TimeProvider time, ILogger logger)
    {
        Name = name;
        Options = options;
        Client = new EndpointClient(name, options, time, logger);
        Chat = new ChatCalls(Client, options, time);
        Images = new ImageCalls(Client);
        Sounds = new SoundCalls(Client);
        Prompts = new Prompts(options.Prompts);
        Limit = new SharedLimit(options.Concurrency);
        _models = ModelList.Of(options, []);
    }

    public string Name { get; }

    public OpenAIEndpointOptions Options { get; }

    public EndpointClient Client { get; }

    /// <summary>Conversations with its models.</summary>
    public ChatCalls Chat { get; }

    /// <summary>The calls of models that make images.</summary>
    public ImageCalls Images { get; }

    /// <summary>The calls of models that speak and listen.</summary>
    public SoundCalls Sounds { get; }

    public Prompts Prompts { get; }

    /// <summary>The endpoint has one capacity for all kinds of work.</summary>
    public SharedLimit Limit { get; }

    /// <summary>The models of the configuration, until the endpoint lists more.</summary>
    public ModelList Models
    {
        get => Volatile.Read(ref _models);
        set => Volatile.Write(ref _models, value);
    }

    public void Dispose() => Client.Dispose();
}

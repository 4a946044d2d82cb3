using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI;

/// <summary>One endpoint of the configuration: how it is called, and which models it has now.</summary>
internal sealed class OpenAIEndpoint(string name, OpenAIEndpointOptions options, TimeProvider time, ILogger logger) : IDisposable
{
    private ModelList _models = ModelList.Of(options, []);

    public string Name => name;

    public OpenAIEndpointOptions Options => options;

    public EndpointClient Client { get; } = new(name, options, time, logger);

    public Prompts Prompts { get; } = new(options.Prompts);

    /// <summary>The endpoint's capacity is one, whatever it is used for.</summary>
    public SharedLimit Limit { get; } = new(options.Concurrency);

    /// <summary>Those of the configuration, until the endpoint lists more.</summary>
    public ModelList Models
    {
        get => Volatile.Read(ref _models);
        set => Volatile.Write(ref _models, value);
    }

    public void Dispose() => Client.Dispose();
}

using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>A misbehaving endpoint, and the providers that ask it, on the test bench and by a clock of the test's own.</summary>
internal sealed class EndpointBench : IAsyncDisposable
{
    private readonly OpenAIEndpoint _asked;

    private EndpointBench(ModelEndpoint endpoint, OpenAIEndpointOptions options)
    {
        Endpoint = endpoint;
        options.BaseAddress = endpoint.Url;
        options.Model ??= "small";
        _asked = new OpenAIEndpoint("test", options, Time, NullLogger.Instance);
    }

    public ModelEndpoint Endpoint { get; }

    public ManualTimeProvider Time { get; } = new();

    /// <summary>The files that tasks may name.</summary>
    public Dictionary<long, byte[]> Files { get; } = [];

    public static async Task<EndpointBench> StartAsync(OpenAIEndpointOptions? options = null) =>
        new(await ModelEndpoint.StartAsync(), options ?? new OpenAIEndpointOptions());

    public ProviderTestRun Start(TaskOutput input, string taskType = "core:text2text") => Bench(taskType).Start(input);

    public Task<ProviderTestRun> RunAsync(TaskOutput input, string taskType = "core:text2text") =>
        Bench(taskType).RunAsync(input, TestContext.Current.CancellationToken);

    public Task<ProviderTestRun> RunAsync(string jsonInput, string taskType) =>
        Bench(taskType).RunAsync(jsonInput, TestContext.Current.CancellationToken);

    public TaskProvider Provider(string taskType) => OpenAIProviders.Of(_asked).Single(provider => provider.TaskType == taskType);

    /// <summary>Waits until the provider waits for exactly that long, and lets the time pass.</summary>
    public async Task PassAsync(double seconds)
    {
        await Time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(seconds));
        Time.Advance(TimeSpan.FromSeconds(seconds));
    }

    public async ValueTask DisposeAsync()
    {
        _asked.Dispose();
        await Endpoint.DisposeAsync();
    }

    private ProviderTestBench Bench(string taskType) => new(Provider(taskType)) { Files = Files };
}

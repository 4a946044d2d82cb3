using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.Local;

namespace TaskProcessing.Server.Providers.BuiltIn;

/// <summary>The work that the server does itself, without any model or network.</summary>
internal sealed class BuiltInProviders(IOptions<ProviderOptions> options) : ILocalProviderSource
{
    public static IReadOnlyList<TaskProvider> All { get; } = [new SummaryProvider(), new HeadlineProvider(), new TopicsProvider(), new EmojiProvider()];

    public IReadOnlyList<TaskProvider> Providers { get; } = options.Value.BuiltIn.Enabled ? All : [];

    public event Action? Changed
    {
        add { }
        remove { }
    }

    public Task FollowAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}

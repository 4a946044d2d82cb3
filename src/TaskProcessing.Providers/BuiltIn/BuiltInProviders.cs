using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.BuiltIn;

/// <summary>The work that the server does itself, without any model or network.</summary>
internal sealed class BuiltInProviders(IOptions<LocalProviderOptions> options) : ILocalProviderSource
{
    public static IReadOnlyList<TaskProvider> All { get; } =
    [new SummaryProvider(), new HeadlineProvider(), new TopicsProvider(), new EmojiProvider()];

    public IReadOnlyList<TaskProvider> Providers { get; } = options.Value.BuiltIn.Enabled ? All : [];

    public event Action? Changed
    {
        add { }
        remove { }
    }

    public Task FollowAsync(CancellationToken stoppingToken) => Task.CompletedTask;
}

using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.BuiltIn;

/// <summary>The work that the server does itself, without any model or network.</summary>
internal static class BuiltInProviders
{
    public static IReadOnlyList<TaskProvider> All { get; } = [new SummaryProvider(), new HeadlineProvider(), new TopicsProvider(), new EmojiProvider()];
}

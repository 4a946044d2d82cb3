namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>A provider that lives in a server.</summary>
internal sealed class LocalProviderRecord
{
    /// <summary>The interval at which running servers renew it.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public required string ProviderId { get; init; }

    public required string Name { get; init; }

    public required string TaskType { get; init; }

    /// <summary>Its place among the providers of its server.</summary>
    public required int Position { get; init; }

    /// <summary>The time when a server last recorded that it serves the provider.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>True when a server that serves the provider still runs, as far as the store shows.</summary>
    public bool IsRunning(DateTimeOffset now) => now - SeenAt < Interval * 3;
}

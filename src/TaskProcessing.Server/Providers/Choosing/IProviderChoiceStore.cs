using System.Collections.Immutable;

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// What operators decided about providers at run time, and what running servers serve themselves, so that other processes
/// can tell. A change of a decision is noticed by every process; see <see cref="Upkeep.ChangeTopic.Providers"/>.
/// </summary>
internal interface IProviderChoiceStore
{
    Task<StoredChoices> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Makes the provider the first of the type, in place of another one.</summary>
    Task PreferAsync(string taskType, string providerId, CancellationToken cancellationToken);

    /// <returns>False when none was preferred.</returns>
    Task<bool> ClearPreferenceAsync(string taskType, CancellationToken cancellationToken);

    /// <returns>False when it was so already.</returns>
    Task<bool> SetEnabledAsync(string providerId, bool enabled, CancellationToken cancellationToken);

    /// <summary>The providers of running servers, and of servers that ended without a word, in their order.</summary>
    Task<IReadOnlyList<LocalProviderRecord>> ListLocalAsync(CancellationToken cancellationToken);

    /// <summary>Writes down what a server serves now; in one transaction. A provider that several servers serve is one.</summary>
    /// <param name="served">What it serves.</param>
    /// <param name="gone">The ids of what it no longer serves.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RecordLocalAsync(IReadOnlyCollection<LocalProviderRecord> served, IReadOnlyCollection<string> gone, CancellationToken cancellationToken);
}

/// <param name="Preferred">Task type id to provider id.</param>
/// <param name="Disabled">Provider ids.</param>
internal sealed record StoredChoices(ImmutableDictionary<string, string> Preferred, ImmutableHashSet<string> Disabled)
{
    public static StoredChoices None { get; } = new(ImmutableDictionary<string, string>.Empty, []);
}

/// <summary>A provider that lives in a server.</summary>
internal sealed class LocalProviderRecord
{
    /// <summary>Servers write it anew so often while they run.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);

    public required string ProviderId { get; init; }

    public required string Name { get; init; }

    public required string TaskType { get; init; }

    /// <summary>Its place among the providers of its server.</summary>
    public required int Position { get; init; }

    /// <summary>When a server wrote that it serves it.</summary>
    public required DateTimeOffset SeenAt { get; init; }

    /// <summary>Whether a server that serves it still runs, as far as one can tell from the store.</summary>
    public bool IsRunning(DateTimeOffset now) => now - SeenAt < Interval * 3;
}

using System.Collections.Immutable;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// Keeps the decisions of operators about providers, and the local providers of running servers, for other processes.
/// Every process notices a change of a decision; see <see cref="ChangeTopic.Providers"/>.
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

    /// <summary>
    /// Records the local providers of a server, in one transaction. A provider that several servers serve is one record.
    /// </summary>
    /// <param name="served">The present providers.</param>
    /// <param name="gone">The ids of providers that the server no longer serves.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    Task RecordLocalAsync(
        IReadOnlyCollection<LocalProviderRecord> served,
        IReadOnlyCollection<string> gone,
        CancellationToken cancellationToken
    );
}

/// <param name="Preferred">Task type id to provider id.</param>
/// <param name="Disabled">Provider ids.</param>
internal sealed record StoredChoices(ImmutableDictionary<string, string> Preferred, ImmutableHashSet<string> Disabled)
{
    public static StoredChoices None { get; } = new(ImmutableDictionary<string, string>.Empty, []);
}

namespace TaskProcessing.Server.Upkeep;

/// <summary>What is cached in memory and must be read anew when any process changes it.</summary>
internal enum ChangeTopic
{
    /// <summary>Accounts, app passwords and provider apps: whatever decides who a caller is.</summary>
    Accounts = 1,

    /// <summary>Provider apps and the providers that they registered: whatever decides which task types are available.</summary>
    Providers = 2,
}

/// <summary>
/// Counts the changes of each topic. The stores raise the count within the transaction of the change, so that a reader
/// who sees the new count also sees the change.
/// </summary>
internal interface IChangeStore
{
    /// <summary>How often the topic changed; topics that never did are absent.</summary>
    Task<IReadOnlyDictionary<ChangeTopic, long>> ReadVersionsAsync(CancellationToken cancellationToken);
}

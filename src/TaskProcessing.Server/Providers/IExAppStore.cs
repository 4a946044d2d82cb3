using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// Keeps provider apps and their registrations. Each change raises the version of <see cref="ChangeTopic.Providers"/>, a
/// change of the app itself also that of <see cref="ChangeTopic.Accounts"/>, in the same transaction.
/// </summary>
internal interface IExAppStore
{
    Task<ExApp?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>By id.</summary>
    Task<IReadOnlyList<ExApp>> ListAsync(CancellationToken cancellationToken);

    /// <summary>False when the id is taken.</summary>
    Task<bool> TryAddAsync(ExApp app, CancellationToken cancellationToken);

    /// <summary>False when there is no such app.</summary>
    Task<bool> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken);

    /// <summary>False when there is no such app.</summary>
    Task<bool> SetVersionAsync(string id, string version, CancellationToken cancellationToken);

    /// <summary>False when the app's stored secret is not what it was before.</summary>
    Task<bool> TrySetSecretAsync(string id, string before, string after, CancellationToken cancellationToken);

    /// <summary>Removes the app and its registrations. False when there is no such app.</summary>
    Task<bool> RemoveAsync(string id, CancellationToken cancellationToken);

    /// <summary>Registers a provider, or replaces the one of the same app and id, which keeps its place in the order.</summary>
    Task RegisterAsync(StoredRegistration registration, CancellationToken cancellationToken);

    /// <summary>False when the app has registered no such provider.</summary>
    Task<bool> UnregisterAsync(string appId, string providerId, CancellationToken cancellationToken);

    Task<StoredRegistration?> FindRegistrationAsync(string appId, string providerId, CancellationToken cancellationToken);

    /// <summary>The registrations of all enabled apps, in the order of registration.</summary>
    Task<IReadOnlyList<StoredRegistration>> ListEffectiveRegistrationsAsync(CancellationToken cancellationToken);
}

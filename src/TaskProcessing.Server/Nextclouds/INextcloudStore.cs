using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds;

/// <summary>
/// Keeps the connections. Each change but those of what was learned and registered raises the version of
/// <see cref="ChangeTopic.Nextclouds"/> in the same transaction.
/// </summary>
internal interface INextcloudStore
{
    Task<Nextcloud?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>By id.</summary>
    Task<IReadOnlyList<Nextcloud>> ListAsync(CancellationToken cancellationToken);

    /// <summary>The connections of which there are tasks that have not ended.</summary>
    Task<IReadOnlyList<NextcloudLoad>> ListLoadAsync(CancellationToken cancellationToken);

    /// <summary>False when the id is taken.</summary>
    Task<bool> TryAddAsync(Nextcloud connection, CancellationToken cancellationToken);

    /// <summary>
    /// Adds connections from settings, or changes them to what the settings say. Those that no settings name any more are
    /// disabled; their tasks are not lost.
    /// </summary>
    Task PutConfiguredAsync(IReadOnlyCollection<Nextcloud> connections, CancellationToken cancellationToken);

    /// <summary>False when there is no such connection.</summary>
    Task<bool> SetEnabledAsync(string id, bool enabled, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the secret, and forgets what the Nextcloud said with the old one. False when there is no such connection.
    /// </summary>
    Task<bool> SetSecretAsync(string id, string protectedSecret, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps what <c>PUT /enabled</c> said; once enabled, all that is offered has to be registered, and no earlier trouble
    /// counts. False when there is no such connection.
    /// </summary>
    Task<bool> SetEnabledThereAsync(string id, bool enabled, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Keeps which task types are registered there, and when all were; null while some are missing.</summary>
    Task SetOfferedAsync(string id, string? types, DateTimeOffset? offeredAt, CancellationToken cancellationToken);

    /// <summary>Keeps that a file of this size was refused as too large.</summary>
    Task NoteRefusedUploadAsync(string id, long bytes, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Keeps what the last contact taught.</summary>
    Task NoteContactAsync(string id, NextcloudContact contact, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Removes the connection and its tasks. False when there is no such connection.</summary>
    Task<bool> RemoveAsync(string id, CancellationToken cancellationToken);
}

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Notifies the other processes on one database of changes.</summary>
internal interface IChangeNotifier
{
    /// <summary>
    /// True when notifications reach other processes. Otherwise processes poll every <see cref="PollInterval"/>.
    /// </summary>
    bool DeliversNotifications { get; }

    /// <summary>The interval at which processes poll for changes without a notification.</summary>
    TimeSpan PollInterval { get; }

    /// <summary>The version of the database, which grows with every commit of any process; null when the database has none.</summary>
    Task<long?> ReadVersionAsync(CancellationToken cancellationToken);

    /// <summary>Notifies the other processes that listen now.</summary>
    Task SendAsync(IReadOnlyCollection<TaskNotification> notifications, CancellationToken cancellationToken);

    /// <summary>Receives notifications until it is cancelled. Throws when the connection breaks.</summary>
    /// <param name="connected">Called once it listens: changes before that may have been missed.</param>
    /// <param name="receive">Called for every notification; must not block.</param>
    /// <param name="cancellationToken">Ends it.</param>
    Task ListenAsync(Action connected, Action<TaskNotification> receive, CancellationToken cancellationToken);
}

using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>Keeps sessions. They go with their account.</summary>
internal interface ISessionStore
{
    /// <summary>Adds a session, and removes the oldest ones of the account beyond so many.</summary>
    Task AddAsync(Session session, int most, CancellationToken cancellationToken);

    /// <summary>A session that has not ended, with its account as it is now; null when there is none.</summary>
    Task<SessionOfAccount?> FindAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Raises the version of <see cref="ChangeTopic.Accounts"/> too; false when there is no such session.</summary>
    Task<bool> RemoveAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>Removes the sessions that ended before.</summary>
    Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>A session and its account.</summary>
internal sealed record SessionOfAccount(Session Session, Account Account);

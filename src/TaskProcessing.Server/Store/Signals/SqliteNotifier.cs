using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>
/// SQLite has no notifications, so processes poll every second. The poll costs no statement on tables while nothing was committed:
/// the observer reads the file's commit counter from shared memory.
/// </summary>
internal sealed class SqliteNotifier(SqliteCommitObserver observer) : IChangeNotifier
{
    public bool DeliversNotifications => false;

    public TimeSpan PollInterval => TimeSpan.FromSeconds(1);

    public Task<long?> ReadVersionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Task.FromResult<long?>(observer.ReadVersion());
        }
        catch (SqliteException)
        {
            // The poll itself reports the error.
            return Task.FromResult<long?>(null);
        }
    }

    public Task SendAsync(IReadOnlyCollection<TaskNotification> notifications, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ListenAsync(Action connected, Action<TaskNotification> receive, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.Infinite, cancellationToken);
}

using Npgsql;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>
/// LISTEN and NOTIFY. Notifications are sent right after the change instead of within its transaction, many at once: PostgreSQL
/// lets only one notifying transaction commit at a time, which would serialise all writers. Other processes find the changes of a
/// process that died in between when they poll.
/// </summary>
/// <param name="pool">For sending.</param>
/// <param name="direct">For listening: not through a pooler that gives each transaction another connection.</param>
internal sealed class PostgreSqlNotifier(PostgreSqlPool pool, string direct) : IChangeNotifier
{
    public const string Channel = "taskprocessing";

    /// <summary>Changes of accounts, apps and providers notify within their transaction; they are rare.</summary>
    public const string CachesOutdated = $"SELECT pg_notify('{Channel}', '{NotificationPayload.CachesOutdated}')";

    /// <summary>The seconds after which a dead connection is noticed.</summary>
    private const int KeepAlive = 10;

    private readonly string _self = Guid.NewGuid().ToString("N")[..12];

    public bool DeliversNotifications => true;

    public TimeSpan PollInterval => TimeSpan.FromSeconds(15);

    public Task<long?> ReadVersionAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    /// <remarks>Repeated notifications are harmless.</remarks>
    public async Task SendAsync(IReadOnlyCollection<TaskNotification> notifications, CancellationToken cancellationToken)
    {
        try
        {
            await SendOnceAsync(notifications, cancellationToken);
        }
        catch (NpgsqlException error) when (PostgreSqlErrors.IsCut(error))
        {
            await SendOnceAsync(notifications, cancellationToken);
        }
    }

    private async Task SendOnceAsync(IReadOnlyCollection<TaskNotification> notifications, CancellationToken cancellationToken)
    {
        await using var connection = pool.Create();
        await connection.OpenAsync(cancellationToken);
        // A notification that a crash of the database loses is not missed: the listeners lose their connection too, and then poll.
        await using var command = new NpgsqlCommand(
            $"SELECT pg_notify('{Channel}', payload), set_config('synchronous_commit', 'off', true) FROM unnest($1) AS payload",
            connection
        );
        command.Parameters.Add(new NpgsqlParameter { Value = NotificationPayload.Write(_self, notifications).ToArray() });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (NpgsqlException error)
        {
            pool.ClearAfter(error);
            throw;
        }
    }

    public async Task ListenAsync(Action connected, Action<TaskNotification> receive, CancellationToken cancellationToken)
    {
        var listening = new NpgsqlConnectionStringBuilder(direct) { Pooling = false, KeepAlive = KeepAlive };
        await using var connection = new NpgsqlConnection(listening.ToString());
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            foreach (var told in NotificationPayload.Read(_self, notification.Payload))
                receive(told);
        };
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await command.ExecuteNonQueryAsync(cancellationToken);

        connected();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }
}

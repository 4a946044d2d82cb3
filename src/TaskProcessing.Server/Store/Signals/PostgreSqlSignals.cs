using Npgsql;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>
/// LISTEN and NOTIFY. Notices are sent right after the change instead of within its transaction, many at once: PostgreSQL
/// lets only one transaction that notifies commit at a time, which would have all writers stand in line. What a process
/// that dies in between leaves untold, the others find when they look.
/// </summary>
/// <remarks>Not through a pooler that gives each transaction another connection: then the looks alone carry the news.</remarks>
internal sealed class PostgreSqlSignals(string connectionString) : ISignalLine
{
    public const string Channel = "taskprocessing";

    /// <summary>What changes of accounts, apps and providers say within their transaction; they are rare.</summary>
    public const string CachesOutdated = $"SELECT pg_notify('{Channel}', '{NoticeText.CachesOutdated}')";

    /// <summary>How soon a connection that hangs is noticed, in seconds.</summary>
    private const int KeepAlive = 10;

    private readonly string _self = Guid.NewGuid().ToString("N")[..12];

    public bool CarriesNotices => true;

    public TimeSpan LookInterval => TimeSpan.FromSeconds(15);

    public Task<long?> ReadMarkAsync(CancellationToken cancellationToken) => Task.FromResult<long?>(null);

    public async Task SendAsync(IReadOnlyCollection<TaskNotice> notices, CancellationToken cancellationToken)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        // A notice that a crash takes along is not missed: whoever listened has lost his connection too, and looks.
        await using var command = new NpgsqlCommand(
            $"SELECT pg_notify('{Channel}', payload), set_config('synchronous_commit', 'off', true) FROM unnest($1) AS payload", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = NoticeText.Write(_self, notices).ToArray() });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task ListenAsync(Action connected, Action<TaskNotice> hear, CancellationToken cancellationToken)
    {
        var listening = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, KeepAlive = KeepAlive };
        await using var connection = new NpgsqlConnection(listening.ToString());
        await connection.OpenAsync(cancellationToken);
        connection.Notification += (_, notification) =>
        {
            foreach (var notice in NoticeText.Read(_self, notification.Payload))
                hear(notice);
        };
        await using (var command = new NpgsqlCommand($"LISTEN {Channel}", connection))
            await command.ExecuteNonQueryAsync(cancellationToken);

        connected();
        while (true)
            await connection.WaitAsync(cancellationToken);
    }
}

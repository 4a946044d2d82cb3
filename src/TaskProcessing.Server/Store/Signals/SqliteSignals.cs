using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Signals;

/// <summary>
/// SQLite tells nobody anything, so processes look every second. Whether there can be anything to see costs no statement:
/// the file's counter of commits, which a connection that never writes reads from shared memory.
/// </summary>
internal sealed class SqliteSignals(string connectionString) : ISignalLine, IDisposable
{
    private readonly SemaphoreSlim _turns = new(1, 1);
    private SqliteConnection? _connection;

    public bool CarriesNotices => false;

    public TimeSpan LookInterval => TimeSpan.FromSeconds(1);

    public async Task<long?> ReadMarkAsync(CancellationToken cancellationToken)
    {
        await _turns.WaitAsync(cancellationToken);
        try
        {
            if (_connection is null)
            {
                _connection = new SqliteConnection(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
                await _connection.OpenAsync(cancellationToken);
            }

            await using var command = _connection.CreateCommand();
            command.CommandText = "PRAGMA data_version";
            return (long?)await command.ExecuteScalarAsync(cancellationToken);
        }
        catch (SqliteException)
        {
            // The look itself will say what is wrong.
            Close();
            return null;
        }
        finally
        {
            _turns.Release();
        }
    }

    public Task SendAsync(IReadOnlyCollection<TaskNotice> notices, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task ListenAsync(Action connected, Action<TaskNotice> hear, CancellationToken cancellationToken) => Task.Delay(Timeout.Infinite, cancellationToken);

    public void Dispose()
    {
        Close();
        _turns.Dispose();
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}

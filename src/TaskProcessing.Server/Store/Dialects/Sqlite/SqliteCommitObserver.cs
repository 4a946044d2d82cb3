using Microsoft.Data.Sqlite;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// Sees the commits of every process, this one included. SQLite gives each connection a number that moves when another one
/// commits (<c>PRAGMA data_version</c>, some two microseconds); this connection never writes, so every commit is another one's.
/// </summary>
internal sealed class SqliteCommitObserver(Func<SqliteStoreConnection> open) : IDisposable
{
    private readonly Lock _lock = new();
    private SqliteStoreConnection? _connection;
    private long _connections;

    /// <summary>
    /// The present number: it differs whenever there was a commit in between. After an error the count starts again.
    /// </summary>
    public long ReadVersion()
    {
        lock (_lock)
        {
            try
            {
                if (_connection is null)
                {
                    _connection = open();
                    _connections++;
                }

                // The numbers of two connections have nothing to do with each other.
                return (_connections << 32) | (_connection.DataVersion() & uint.MaxValue);
            }
            catch (SqliteException)
            {
                Close();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (_lock)
            Close();
    }

    private void Close()
    {
        _connection?.Dispose();
        _connection = null;
    }
}

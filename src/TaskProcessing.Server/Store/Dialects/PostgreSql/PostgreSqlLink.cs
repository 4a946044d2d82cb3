using System.Diagnostics;
using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The connection of a batcher.</summary>
internal sealed class PostgreSqlLink(string connectionString) : IDisposable
{
    /// <summary>A server that restarts takes longer than this.</summary>
    private static readonly TimeSpan SurelyAlive = TimeSpan.FromMilliseconds(20);

    private NpgsqlConnection? _connection;
    private long _answeredAt;

    /// <summary>True when it was connected before; then it may turn out dead.</summary>
    public bool IsUsed => _connection is not null;

    public async Task<NpgsqlConnection> OpenAsync()
    {
        if (_connection is null)
        {
            _connection = new NpgsqlConnection(connectionString);
            await _connection.OpenAsync(CancellationToken.None);
        }

        return _connection;
    }

    /// <summary>
    /// Like <see cref="OpenAsync"/>, for statements that must not be sent twice: a connection that was idle for a while
    /// is tested first, and replaced if it does not answer, or leads to a read-only server.
    /// </summary>
    public async Task<NpgsqlConnection> OpenToWriteAsync()
    {
        if (_connection is not null && Stopwatch.GetElapsedTime(_answeredAt) > SurelyAlive && !await IsAliveAsync(_connection))
            Dispose();

        return await OpenAsync();
    }

    public void Answered() => _answeredAt = Stopwatch.GetTimestamp();

    /// <summary>True when a connection leads to a server that accepts writes.</summary>
    public static async Task<bool> IsAliveAsync(NpgsqlConnection connection, NpgsqlTransaction? transaction = null)
    {
        try
        {
            await using var command = new NpgsqlCommand("SELECT current_setting('transaction_read_only')", connection, transaction);
            return await command.ExecuteScalarAsync(CancellationToken.None) is "off";
        }
        catch (NpgsqlException error) when (PostgreSqlErrors.IsCut(error))
        {
            return false;
        }
    }

    public void Dispose()
    {
        _connection?.Dispose();
        _connection = null;
    }
}

using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// The pooled connections of a server. Of several hosts it uses the primary one, and remembers which one that is until a connection
/// fails. The driver remembers standbys and hosts that refuse connections, but waits anew for a host that is silent.
/// </summary>
internal sealed class PostgreSqlPool : IDisposable
{
    private readonly string _connectionString;
    private readonly NpgsqlMultiHostDataSource? _hosts;

    public PostgreSqlPool(string connectionString)
    {
        _connectionString = connectionString;
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (!PostgreSqlConnectionStrings.NamesSeveralHosts(builder))
            return;

        var target = PostgreSqlConnectionStrings.TargetOf(builder);
        builder.TargetSessionAttributes = null;
        _hosts = new NpgsqlDataSourceBuilder(builder.ToString()).BuildMultiHost();
        Source = _hosts.WithTargetSession(target);
    }

    /// <summary>The connections to several hosts; null for one host, where the driver has a pool for each connection string.</summary>
    public NpgsqlDataSource? Source { get; }

    public NpgsqlConnection Create() => Source?.CreateConnection() ?? new NpgsqlConnection(_connectionString);

    /// <summary>Drops all connections, and forgets which host is the primary one.</summary>
    public void Clear()
    {
        if (Source is null)
        {
            using var connection = new NpgsqlConnection(_connectionString);
            NpgsqlConnection.ClearPool(connection);
            return;
        }

        Source.Clear();
        ForgetPrimary();
    }

    /// <summary>After a connection that could not be opened: the next one asks the hosts again.</summary>
    public void ForgetPrimary() => _hosts?.ClearDatabaseStates();

    /// <summary>Drops the connections when <see cref="PostgreSqlErrors.LeavesDisorder"/>.</summary>
    public void ClearAfter(Exception error)
    {
        if (PostgreSqlErrors.LeavesDisorder(error))
            Clear();
    }

    public void Dispose()
    {
        Clear();
        _hosts?.Dispose();
    }
}

using Npgsql;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>Finds out at a start whether the settings fit the pooler between this server and PostgreSQL.</summary>
internal sealed class PostgreSqlPoolerCheck(PostgreSqlConnectionStrings strings)
{
    private const int Tries = 3;

    /// <summary>The reason not to start; null when there is none.</summary>
    public async Task<string?> FindProblemAsync(CancellationToken cancellationToken)
    {
        if (await ChangesConnectionsAsync(strings.Direct, cancellationToken))
            return strings.HasPooler
                ? "Store:DirectConnectionString leads to a pooler too, but must lead to PostgreSQL itself"
                : "there is a pooler before it that gives each transaction another connection; "
                    + "set Store:DirectConnectionString to PostgreSQL itself, for notifications and migrations";
        if (!strings.HasPooler)
            return null;

        const string identity = "SELECT current_database() || ' ' || (SELECT oid FROM pg_database WHERE datname = current_database())";
        await using (var through = await OpenAsync(strings.Pooled, cancellationToken))
        await using (var past = await OpenAsync(strings.Direct, cancellationToken))
        {
            if (await ReadAsync<string>(through, identity, cancellationToken) != await ReadAsync<string>(past, identity, cancellationToken))
                return "Store:ConnectionString and Store:DirectConnectionString lead to different databases";
        }

        return strings.Common.MaxAutoPrepare == 0 || await KeepsPreparedAsync(cancellationToken)
            ? null
            : "the pooler loses prepared statements; PgBouncer from 1.21 on keeps them with max_prepared_statements, "
                + "otherwise add \"Max Auto Prepare=0\" to Store:ConnectionString";
    }

    /// <summary>A pooler gives the connection that is free again to whoever comes next.</summary>
    private static async Task<bool> ChangesConnectionsAsync(string connectionString, CancellationToken cancellationToken)
    {
        const string process = "SELECT pg_backend_pid()";
        await using var one = await OpenAsync(connectionString, cancellationToken);
        await using var other = await OpenAsync(connectionString, cancellationToken);
        for (var count = 0; count < Tries; count++)
        {
            var before = await ReadAsync<int>(one, process, cancellationToken);
            await using var transaction = await other.BeginTransactionAsync(cancellationToken);
            var taken = await ReadAsync<int>(other, process, cancellationToken);
            if (taken == before || await ReadAsync<int>(one, process, cancellationToken) != before)
                return true;
        }

        return false;
    }

    /// <summary>Has a statement prepared on one connection of the pooler, and runs it while that one is taken.</summary>
    private async Task<bool> KeepsPreparedAsync(CancellationToken cancellationToken)
    {
        await using var one = await OpenAsync(strings.Pooled, cancellationToken);
        await using var other = await OpenAsync(strings.Pooled, cancellationToken);
        try
        {
            for (var count = 0; count < Tries; count++)
            {
                await using var command = new NpgsqlCommand($"SELECT {count} + CAST($1 AS integer)", one)
                {
                    Parameters = { new NpgsqlParameter<int> { TypedValue = 1 } },
                };
                await command.PrepareAsync(cancellationToken);
                await using var transaction = await other.BeginTransactionAsync(cancellationToken);
                await ReadAsync<int>(other, "SELECT 1", cancellationToken);
                await command.ExecuteScalarAsync(cancellationToken);
            }

            return true;
        }
        catch (PostgresException error) when (error.SqlState is "26000" or "42P05" or "08P01")
        {
            return false;
        }
    }

    /// <summary>Not pooled here: what these connections prepared is of no use to others.</summary>
    private static async Task<NpgsqlConnection> OpenAsync(string connectionString, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    private static async Task<T> ReadAsync<T>(NpgsqlConnection connection, string query, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(query, connection);
        return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}

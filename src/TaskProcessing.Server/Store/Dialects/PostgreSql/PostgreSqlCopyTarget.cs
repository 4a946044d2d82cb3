using System.Runtime.CompilerServices;
using Npgsql;
using TaskProcessing.Server.Store.Copying;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>A database into which everything is copied.</summary>
internal sealed class PostgreSqlCopyTarget(string connectionString)
{
    public async Task<PostgreSqlCopyWriter> OpenAsync(CancellationToken cancellationToken)
    {
        // Copies and counts take as long as they take.
        var builder = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 0 };
        var connection = new NpgsqlConnection(builder.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            return new PostgreSqlCopyWriter(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

internal sealed class PostgreSqlCopyWriter(NpgsqlConnection connection) : IAsyncDisposable
{
    /// <summary>No server starts on the database from now on.</summary>
    public Task MarkAsync(CancellationToken cancellationToken) =>
        ExecuteAsync(
            $"""INSERT INTO "__EFMigrationsHistory" ("MigrationId", "ProductVersion") VALUES ('{UnfinishedCopy.Mark}', '')""",
            cancellationToken
        );

    public Task UnmarkAsync(CancellationToken cancellationToken) =>
        ExecuteAsync($"""DELETE FROM "__EFMigrationsHistory" WHERE "MigrationId" = '{UnfinishedCopy.Mark}'""", cancellationToken);

    /// <summary>The key of the last row; null when there is none.</summary>
    public async Task<object?[]?> ReadLastKeyAsync(CopiedTable table, CancellationToken cancellationToken)
    {
        var keys = string.Join(", ", table.Key.Select(column => column.Quoted));
        await using var command = new NpgsqlCommand(
            $"SELECT {keys} FROM {table.Name} ORDER BY {Order(table, " DESC")} LIMIT 1",
            connection
        );
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? [.. table.Key.Select((_, i) => reader.GetValue(i))] : null;
    }

    public async Task<long> CountAsync(CopiedTable table, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT COUNT(*) FROM {table.Name}", connection);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>All rows in the order of the key, as SQLite orders texts.</summary>
    public async IAsyncEnumerable<object?[]> ReadAsync(CopiedTable table, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand($"SELECT {table.ColumnList} FROM {table.Name} ORDER BY {Order(table)}", connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : reader.GetValue(i);
            yield return row;
        }
    }

    /// <summary>Writes rows: all of them, or none.</summary>
    public async Task WriteAsync(CopiedTable table, IReadOnlyList<object?[]> rows, CancellationToken cancellationToken)
    {
        await using var copy = await connection.BeginBinaryImportAsync(
            $"COPY {table.Name} ({table.ColumnList}) FROM STDIN (FORMAT BINARY)",
            cancellationToken
        );
        foreach (var row in rows)
            await copy.WriteRowAsync(cancellationToken, row);
        await copy.CompleteAsync(cancellationToken);
    }

    public Task EmptyAsync(IReadOnlyList<CopiedTable> tables, CancellationToken cancellationToken) =>
        ExecuteAsync($"TRUNCATE {string.Join(", ", tables.Select(table => table.Name))}", cancellationToken);

    /// <summary>Has numbers go on after the given ones and those of the rows, and lets servers in, in one transaction.</summary>
    public async Task FinishAsync(
        IReadOnlyList<CopiedTable> tables,
        IReadOnlyDictionary<string, long> counters,
        CancellationToken cancellationToken
    )
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        foreach (var table in tables)
        {
            if (table.Key is [{ Name: var key, Type: var type }] && type != typeof(string))
                await ContinueNumbersAsync(table.Name, key, counters.GetValueOrDefault(table.Name), cancellationToken);
        }

        await UnmarkAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        // Otherwise the first hours' plans are made for empty tables.
        await ExecuteAsync($"ANALYZE {string.Join(", ", tables.Select(table => table.Name))}", cancellationToken);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Tables whose keys are given otherwise have no sequence.</summary>
    private Task ContinueNumbersAsync(string table, string key, long counter, CancellationToken cancellationToken) =>
        ExecuteAsync(
            $"""
            SELECT setval(sequence, last) FROM (
                SELECT pg_get_serial_sequence('{table}', '{key}') AS sequence, GREATEST({counter}, (SELECT MAX({key}) FROM {table})) AS last
            ) AS numbers WHERE sequence IS NOT NULL AND last > 0
            """,
            cancellationToken
        );

    private static string Order(CopiedTable table, string direction = "") =>
        string.Join(
            ", ",
            table.Key.Select(column =>
                column.Type == typeof(string) ? $"{column.Quoted} COLLATE \"C\"{direction}" : column.Quoted + direction
            )
        );

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

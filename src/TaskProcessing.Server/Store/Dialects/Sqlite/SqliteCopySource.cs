using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Copying;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A file from which everything is copied.</summary>
internal sealed class SqliteCopySource(string file, string connectionString)
{
    /// <summary>Null while another process has the file open.</summary>
    /// <exception cref="StoreUnavailableException">The file cannot be read.</exception>
    public async Task<SqliteCopyReader?> OpenAsync(CancellationToken cancellationToken)
    {
        // This process has looked at the schema, and keeps the connection.
        using (var pooled = new SqliteConnection(connectionString))
            SqliteConnection.ClearPool(pooled);
        var reader = new SqliteCopyReader(new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ToString());
        try
        {
            await reader.LockAsync(cancellationToken);
            return reader;
        }
        catch (SqliteException error)
        {
            await reader.DisposeAsync();
            return error.SqliteErrorCode is raw.SQLITE_BUSY or raw.SQLITE_LOCKED
                ? null
                : throw new StoreUnavailableException($"Cannot read {file}: {error.Message}", error);
        }
    }
}

/// <summary>Reads a file that nobody else can open meanwhile.</summary>
internal sealed class SqliteCopyReader(string connectionString) : IAsyncDisposable
{
    /// <summary>The seconds for which a command that ends by itself may still hold the file.</summary>
    private const int Patience = 1;

    private readonly SqliteConnection _connection = new(connectionString) { DefaultTimeout = Patience };

    /// <remarks>
    /// Leaving the mode WAL is possible for the only connection to a file: it fails beside a server, even one that does nothing.
    /// </remarks>
    public async Task LockAsync(CancellationToken cancellationToken)
    {
        await _connection.OpenAsync(cancellationToken);
        await ExecuteAsync("PRAGMA journal_mode = DELETE", cancellationToken);
        await ExecuteAsync("BEGIN EXCLUSIVE", cancellationToken);
    }

    public async Task<long> CountAsync(CopiedTable table, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = $"SELECT COUNT(*) FROM {table.Name}";
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The highest number that each table has ever given to a row; numbers are not given twice.</summary>
    public async Task<IReadOnlyDictionary<string, long>> ReadCountersAsync(CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = "SELECT name, seq FROM sqlite_sequence";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var counters = new Dictionary<string, long>();
        while (await reader.ReadAsync(cancellationToken))
            counters[reader.GetString(0)] = reader.GetInt64(1);
        return counters;
    }

    /// <summary>The rows in the order of the key: those after a key, up to and with another one.</summary>
    public async IAsyncEnumerable<object?[]> ReadAsync(
        CopiedTable table,
        object?[]? after,
        object?[]? until,
        [EnumeratorCancellation] CancellationToken cancellationToken
    )
    {
        await using var command = _connection.CreateCommand();
        var key = string.Join(", ", table.Key.Select(column => column.Quoted));
        var conditions = new List<string>();
        if (after is not null)
            conditions.Add($"({key}) > ({AddValues(command, "after", after)})");
        if (until is not null)
            conditions.Add($"({key}) <= ({AddValues(command, "until", until)})");
        var where = conditions.Count == 0 ? "" : $" WHERE {string.Join(" AND ", conditions)}";
        command.CommandText = $"SELECT {table.ColumnList} FROM {table.Name}{where} ORDER BY {key}";
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var row = new object?[table.Columns.Count];
            for (var i = 0; i < row.Length; i++)
                row[i] = reader.IsDBNull(i) ? null : ReadValue(reader, i, table.Columns[i]);
            yield return row;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_connection.State == System.Data.ConnectionState.Open && raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            await ExecuteAsync("ROLLBACK", CancellationToken.None);
            await ExecuteAsync("PRAGMA journal_mode = WAL", CancellationToken.None);
        }

        await _connection.DisposeAsync();
    }

    private static string AddValues(SqliteCommand command, string name, object?[] values)
    {
        for (var i = 0; i < values.Length; i++)
            command.Parameters.AddWithValue($"${name}{i}", values[i]);
        return string.Join(", ", values.Select((_, i) => $"${name}{i}"));
    }

    private static object ReadValue(SqliteDataReader reader, int index, CopiedColumn column) =>
        Type.GetTypeCode(column.Type) switch
        {
            TypeCode.String => reader.GetString(index),
            TypeCode.Int64 => reader.GetInt64(index),
            TypeCode.Int32 => reader.GetInt32(index),
            TypeCode.Boolean => reader.GetBoolean(index),
            TypeCode.Double => reader.GetDouble(index),
            _ => throw new NotSupportedException($"The column {column.Name} has values of {column.Type}, which cannot be copied."),
        };

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>A server for one node or many. Writers work side by side; <c>synchronous_commit</c> stays as it is, on.</summary>
internal sealed class PostgreSqlDialect : Dialect
{
    /// <summary>The advisory lock that migrations take; any number that nobody else uses in this database.</summary>
    private const long MigrationLock = 0x7461736b70726f63;

    private readonly string _connectionString;

    public PostgreSqlDialect(string? connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.Host))
            throw new ArgumentException("PostgreSQL needs Store:ConnectionString, such as \"Host=db;Database=taskprocessing;Username=…;Password=…\".");

        builder.ApplicationName ??= "taskprocessing";
        _connectionString = builder.ToString();
        Location = $"the PostgreSQL database {builder.Database ?? builder.Username} on {builder.Host}:{builder.Port}";
    }

    public override string Location { get; }

    public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(_connectionString);

    public override ValueTask<IDisposable?> QueueToWriteAsync(CancellationToken cancellationToken) => default;

    public override async Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken)
    {
        // Not pooled: closing the connection is what gives the lock back.
        var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false }.ToString());
        try
        {
            await connection.OpenAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({MigrationLock})", connection) { CommandTimeout = 0 };
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <remarks>
    /// PostgreSQL does not lock rows of a union; joined back to their table it does. The planner merges the ordered
    /// queries row by row and stops at the limit.
    /// </remarks>
    public override string PickOldest(IEnumerable<string> idQueries, string limit) =>
        $"""
        SELECT tasks.id FROM ({string.Join(" UNION ALL ", idQueries)}) AS candidates
        JOIN tasks ON tasks.id = candidates.id
        ORDER BY candidates.id LIMIT {limit} FOR UPDATE OF tasks SKIP LOCKED
        """;

    protected override bool IsOutage(DbException error) => error switch
    {
        // refused logins, unknown databases, lost connections, too few resources, shutdowns, read-only servers, broken disks
        PostgresException { SqlState: var state } =>
            state is "3D000" or "25006" || state[..2] is "08" or "28" or "53" or "57" or "58",
        NpgsqlException => true,
        _ => false,
    };

    public override void Dispose()
    {
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
    }
}

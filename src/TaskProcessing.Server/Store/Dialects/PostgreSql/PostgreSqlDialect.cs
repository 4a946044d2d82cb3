using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Signals;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// A server for one node or many. Writers work side by side. Connections ask for <c>synchronous_commit</c>, whatever the
/// server's default is: what was answered is on disk.
/// </summary>
internal sealed class PostgreSqlDialect : Dialect
{
    /// <summary>The advisory lock that migrations take; any number that nobody else uses in this database.</summary>
    private const long MigrationLock = 0x7461736b70726f63;

    /// <summary>How many statements a connection keeps prepared; the hot ones are about twenty. Whoever has a pooler in between that cannot do that sets 0.</summary>
    private const int PreparedStatements = 60;

    /// <summary>
    /// Each hot statement has an index in its order. What the planner knows of a young table is wrong for as long as
    /// PostgreSQL has not analysed it, and a plan that is made then is kept: it would read and sort the whole queue. What has
    /// to be sorted all the same, the few candidates of several types, looks so expensive then that it would be compiled.
    /// </summary>
    private const string IndexesAlone = " -c enable_seqscan=off -c enable_bitmapscan=off -c enable_sort=off -c jit=off";

    private readonly string _connectionString;
    private readonly string _laneConnectionString;

    public PostgreSqlDialect(string? connectionString)
    {
        var builder = new NpgsqlConnectionStringBuilder(connectionString);
        if (string.IsNullOrEmpty(builder.Host))
            throw new ArgumentException("PostgreSQL needs Store:ConnectionString, such as \"Host=db;Database=taskprocessing;Username=…;Password=…\".");

        builder.ApplicationName ??= "taskprocessing";
        builder.Options ??= "-c synchronous_commit=on";
        if (!builder.Keys.Cast<string>().Contains("Max Auto Prepare"))
            builder.MaxAutoPrepare = PreparedStatements;
        _connectionString = builder.ToString();
        _laneConnectionString = new NpgsqlConnectionStringBuilder(_connectionString) { Pooling = false, Options = builder.Options + IndexesAlone }.ToString();
        Signals = new PostgreSqlSignals(_connectionString);
        Location = $"the PostgreSQL database {builder.Database ?? builder.Username} on {builder.Host}:{builder.Port}";
    }

    public override string Location { get; }

    public override ISignalLine Signals { get; }

    public override string AnnounceChange => PostgreSqlSignals.CachesOutdated;

    public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(_connectionString);

    public override Sessions OpenSessions(IDbContextFactory<TaskDbContext> contexts, TaskCache cache) => new PostgreSqlSessions(contexts, _laneConnectionString);

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
    /// Written so that the planner has one good way to run it, whatever its statistics say. One queue is read in the order
    /// of its index, and what others are claiming at this moment is passed over. Several are merged, each ordered and
    /// limited on its own, and the lateral subquery locks candidates one at a time until there are enough. With a join
    /// instead it sorts all candidates, which cost a thousand times as much with 100,000 tasks waiting; and were its guard
    /// the filter of the queue's index, it might look for the id there, where that is the last column. The inner limit
    /// leaves room for tasks that others are claiming; when there are more, a claim may come back empty although tasks
    /// wait, and the next one finds them.
    /// </remarks>
    public override string PickNext(IReadOnlyCollection<string> filters, string limit)
    {
        if (filters.Count == 1)
            return $"SELECT id FROM tasks WHERE {filters.First()} ORDER BY priority DESC, turn, id LIMIT {limit} FOR UPDATE SKIP LOCKED";

        const int spare = 50;
        return $"""
            SELECT locked.id FROM ({Placed(filters.Select(filter => $"({Queue(filter, $"{limit} + {spare}")})"))}) AS candidates
            CROSS JOIN LATERAL (SELECT id FROM tasks WHERE id = candidates.id AND status + 0 = 1 AND not_before IS NULL FOR UPDATE SKIP LOCKED) AS locked
            LIMIT {limit}
            """;
    }

    /// <remarks>Autovacuum does it.</remarks>
    public override (string Statement, string Query)? ReclaimSpace => null;

    protected override string RowLock => " FOR NO KEY UPDATE";

    protected override bool IsOutage(DbException error) => error switch
    {
        // refused logins, unknown databases, lost connections, too few resources, shutdowns, read-only servers, broken disks
        PostgresException { SqlState: var state } =>
            state is "3D000" or "25006" || state[..2] is "08" or "28" or "53" or "57" or "58",
        NpgsqlException => true,
        _ => false,
    };

    protected override bool IsFull(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    public override string UnsafeSettings =>
        """SELECT name AS "Value" FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'""";

    public override void Dispose()
    {
        using var connection = new NpgsqlConnection(_connectionString);
        NpgsqlConnection.ClearPool(connection);
    }
}

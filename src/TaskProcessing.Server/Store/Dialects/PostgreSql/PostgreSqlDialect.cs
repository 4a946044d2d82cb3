using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using Npgsql;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.Rates;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Signals;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// A server for one node or many. Writers work side by side. Connections set <c>synchronous_commit</c> in spite of the
/// server's default, so that every acknowledged write is on disk.
/// </summary>
internal sealed class PostgreSqlDialect : Dialect
{
    /// <summary>The key of the advisory lock for migrations: any number that no other program uses in this database.</summary>
    private const long MigrationLock = 0x7461736b70726f63;

    private readonly PostgreSqlConnectionStrings _strings;
    private readonly PostgreSqlPool _pool;
    private readonly PostgreSqlErrors.Watch _watch;

    public PostgreSqlDialect(string? connectionString, string? directConnectionString = null)
    {
        _strings = new PostgreSqlConnectionStrings(connectionString, directConnectionString);
        _pool = new PostgreSqlPool(_strings.Pooled);
        _watch = new PostgreSqlErrors.Watch(_pool);
        Notifier = new PostgreSqlNotifier(_pool, _strings.Direct);
        Copies = new PostgreSqlCopies(new NpgsqlConnectionStringBuilder(_strings.Direct));
        Location = $"the PostgreSQL database {_strings.Common.Database ?? _strings.Common.Username} on {_strings.Hosts}";
    }

    public override string Location { get; }

    public override IChangeNotifier Notifier { get; }

    public override IDatabaseCopies Copies { get; }

    public override PostgreSqlCopyTarget CopyTarget => new(_strings.Direct);

    public override string AnnounceChange => PostgreSqlNotifier.CachesOutdated;

    public override void Configure(DbContextOptionsBuilder options) =>
        (_pool.Source is { } source ? options.UseNpgsql(source) : options.UseNpgsql(_strings.Pooled)).AddInterceptors(
            StorableText.Guard,
            _watch
        );

    public override IDbContextFactory<TaskDbContext> FindContexts(IServiceProvider services) =>
        new TaskDbContexts<PostgreSqlTaskDbContext>(services.GetRequiredService<IDbContextFactory<PostgreSqlTaskDbContext>>());

    public override StoreConnections OpenConnections(IDbContextFactory<TaskDbContext> contexts, TaskMetrics metrics) =>
        new PostgreSqlStoreConnections(contexts, _strings, _pool, metrics);

    public override IRateCounter CountRates(Database database, TimeProvider time) => new PostgreSqlRateCounter(database, time);

    public override IGuessCounter CountGuesses(Database database, IOptions<BruteForceOptions> options, TimeProvider time) =>
        new PostgreSqlGuessCounter(database, options.Value, time);

    public override IPlaceStore SharePlaces(Database database) => new PostgreSqlPlaces(database);

    public override Task<string?> FindPoolerProblemAsync(CancellationToken cancellationToken) =>
        new PostgreSqlPoolerCheck(_strings).FindProblemAsync(cancellationToken);

    public override async Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken)
    {
        // Not pooled: closing the connection releases the lock.
        var connection = new NpgsqlConnection(_strings.Direct);
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
    /// Written so that the planner has one good plan, with any statistics. One queue is read in the order of its index,
    /// and rows that other claims hold are skipped. Several queues are merged, each ordered and limited on its own, and
    /// the lateral subquery locks candidates one at a time until there are enough. A join would sort all candidates,
    /// which cost a thousand times as much with 100,000 tasks waiting; and were its guard the filter of the queue's
    /// index, it might look for the id there, where that is the last column. The inner limit leaves room for rows that
    /// other claims hold; when there are more, a claim may come back empty although tasks wait, and the next one finds
    /// them.
    /// </remarks>
    public override string PickNext(IReadOnlyCollection<string> filters, string limit)
    {
        if (filters.Count == 1)
            return $"SELECT id, priority, turn AS place FROM tasks WHERE {filters.First()} "
                + $"ORDER BY priority DESC, turn, id LIMIT {limit} FOR UPDATE SKIP LOCKED";

        const int spare = 50;
        var queues = Placed(filters.Select(filter => $"({Queue(filter, $"{limit} + {spare}")})"));
        return $"""
            SELECT locked.id, candidates.priority, candidates.place FROM ({queues}) AS candidates
            CROSS JOIN LATERAL (
                SELECT id FROM tasks WHERE id = candidates.id AND status + 0 = 1 AND not_before IS NULL FOR UPDATE SKIP LOCKED
            ) AS locked
            LIMIT {limit}
            """;
    }

    /// <remarks>Autovacuum does it.</remarks>
    public override (string Statement, string Query)? ReclaimSpace => null;

    public override string TextOf(Statement statement) => PostgreSqlStatement.TextOf(statement);

    /// <remarks>The offset keeps the subquery from being made one with the rest.</remarks>
    public override string JoinChildren =>
        " CROSS JOIN LATERAL (SELECT * FROM files AS child WHERE child.parent_id = tree.id"
        + " AND child.deleted_at IS NULL AND child.user_id IS NOT NULL OFFSET 0) AS files";

    /// <remarks>
    /// Of a table with a few wide folders PostgreSQL thinks that every folder has a large part of it. Then it takes an index whose order is
    /// that of the table over the one that leads to the folder, unless pages out of order cost as much as others.
    /// </remarks>
    public override string IndexesOnly =>
        "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL random_page_cost = 1; SET LOCAL jit = off";

    protected override string RowLock => " FOR NO KEY UPDATE";

    protected override bool IsOutage(DbException error) =>
        error switch
        {
            // refused logins, unknown databases, lost connections, too few resources, shutdowns, read-only servers, broken disks
            PostgresException { SqlState: var state } => state is "3D000" or "25006" || state[..2] is "08" or "28" or "53" or "57" or "58",
            NpgsqlException => true,
            _ => false,
        };

    protected override bool IsCut(Exception error) => PostgreSqlErrors.IsCut(error);

    protected override bool IsToBeRepeated(Exception error) => PostgreSqlErrors.IsToBeRepeated(error);

    protected override void DropConnections() => _pool.Clear();

    protected override bool IsMissingOwner(DbException error) =>
        error is PostgresException { SqlState: PostgresErrorCodes.ForeignKeyViolation };

    protected override bool IsFull(DbException error) => error is PostgresException { SqlState: PostgresErrorCodes.DiskFull };

    protected override string Advice(DbException? error) =>
        (error as PostgresException)?.SqlState switch
        {
            // The words are PgBouncer's.
            _ when error?.Message.Contains("unsupported startup parameter", StringComparison.Ordinal) == true =>
                "a pooler that takes no options needs Store:DirectConnectionString beside Store:ConnectionString",
            _ when PostgreSqlErrors.IsUntrusted(error) =>
                "the certificate of PostgreSQL is not trusted: \"Root Certificate\" in Store:ConnectionString must name the authority that "
                    + "signed it, and with \"SSL Mode=VerifyFull\" the host must be a name in the certificate",
            PostgresErrorCodes.InvalidCatalogName => "make it with CREATE DATABASE, or name another one in Store:ConnectionString",
            { } state when state.StartsWith("28", StringComparison.Ordinal) =>
                "see to user and password in Store:ConnectionString, and to pg_hba.conf",
            null when PostgreSqlConnectionStrings.NamesSeveralHosts(_strings.Common) =>
                "see that PostgreSQL runs on one of these hosts and takes writes there, and that Store:ConnectionString is right",
            null => "see that PostgreSQL runs there, and that Store:ConnectionString is right",
            _ => "see to PostgreSQL's own log",
        };

    public override string UnsafeSettings =>
        """SELECT name AS "Value" FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit') AND setting = 'off'""";

    public override string Clock => "SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS bigint) AS \"Value\"";

    public override void Dispose() => _pool.Dispose();
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Accounts.Rates;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Store.Dialects.Sqlite;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>The differences between the databases; no code outside this folder asks for the kind of database.</summary>
internal abstract class Dialect : IDisposable
{
    /// <summary>The kind and place of the database, for messages; without credentials.</summary>
    public abstract string Location { get; }

    /// <summary>The directory of the database's file; null where it is no file of this machine.</summary>
    public virtual string? Directory => null;

    /// <summary>Notifications between the processes on the database.</summary>
    public abstract IChangeNotifier Notifier { get; }

    /// <summary>How the whole database is copied.</summary>
    public abstract IDatabaseCopies Copies { get; }

    /// <summary>The database as the source of a copy into another one; null where nothing is copied from.</summary>
    public virtual SqliteCopySource? CopySource => null;

    /// <summary>The database as the target of such a copy; null where nothing is copied to.</summary>
    public virtual PostgreSqlCopyTarget? CopyTarget => null;

    /// <summary>
    /// The statement that tells other processes, when its transaction commits, that their caches are outdated; null where
    /// they poll for changes.
    /// </summary>
    public virtual string? AnnounceChange => null;

    /// <summary>Points a context at the database.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    /// <summary>The factory of contexts with this database's migrations.</summary>
    public abstract IDbContextFactory<TaskDbContext> FindContexts(IServiceProvider services);

    /// <summary>Opens nothing yet.</summary>
    public abstract StoreConnections OpenConnections(IDbContextFactory<TaskDbContext> contexts, TaskMetrics metrics);

    /// <summary>Counts the calls of all servers on the database.</summary>
    public virtual IRateCounter CountRates(Database database, TimeProvider time) => new SlidingLog(time);

    /// <summary>Counts the wrong logins at all servers on the database.</summary>
    public virtual IGuessCounter CountGuesses(Database database, IOptions<BruteForceOptions> options, TimeProvider time) =>
        new GuessLog(options, time);

    /// <summary>The places for waiting that callers have at all servers on the database.</summary>
    public virtual IPlaceStore SharePlaces(Database database) => new OwnPlaces();

    /// <summary>What is wrong with a pooler before the database, so that no server may start; null when nothing is.</summary>
    public virtual Task<string?> FindPoolerProblemAsync(CancellationToken cancellationToken) => Task.FromResult<string?>(null);

    /// <summary>Takes the lock for migrations until the result is disposed of; the lock of a dead process is free.</summary>
    public abstract Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken);

    /// <summary>Gives a connection the functions that migrations call and the database lacks.</summary>
    public virtual void PrepareMigrations(DbConnection connection) { }

    /// <summary>
    /// The query that picks a claim's tasks: of the waiting tasks that each of the filters finds, the next
    /// <paramref name="limit"/> that no other claim is taking at this moment. Higher priorities come first, then the
    /// filters in turn; within one, it goes by turn and id. Its rows have the id, and the priority and the place that order them.
    /// </summary>
    public abstract string PickNext(IReadOnlyCollection<string> filters, string limit);

    /// <summary>
    /// The statement that gives a little of the free space in the database back, and the query for how much there is; null
    /// where that needs no care.
    /// </summary>
    public abstract (string Statement, string Query)? ReclaimSpace { get; }

    /// <summary>The text of a statement as the database gets it.</summary>
    public abstract string TextOf(Statement statement);

    /// <summary>
    /// Joins the members, as <c>files</c>, to the folders of <c>tree</c>: one folder after the other, by the index of
    /// paths. A free planner reads all files for each of them, or for each level, so the walk down a tree costs its
    /// square.
    /// </summary>
    public abstract string JoinChildren { get; }

    /// <summary>
    /// The statements that keep a transaction from reading whole tables where there is an index; null where
    /// <see cref="JoinChildren"/> does so.
    /// </summary>
    public virtual string? IndexesOnly => null;

    /// <summary>
    /// The end of a query that locks its rows until the transaction ends; empty where transactions come one after the
    /// other.
    /// </summary>
    protected abstract string RowLock { get; }

    /// <summary>Holds an account until the transaction ends. False when there is none with that id.</summary>
    public Task<bool> LockAccountAsync(TaskDbContext db, string id) =>
        LockAsync(db, $"SELECT id AS \"Value\" FROM accounts WHERE id = {{0}}{RowLock}", id);

    /// <summary>Holds a task until the transaction ends. False when there is none with that id.</summary>
    public Task<bool> LockTaskAsync(TaskDbContext db, long id) =>
        LockAsync(db, $"SELECT id AS \"Value\" FROM tasks WHERE id = {{0}}{RowLock}", id);

    private static async Task<bool> LockAsync<TId>(TaskDbContext db, string sql, TId id)
        where TId : notnull => (await db.Database.SqlQueryRaw<TId>(sql, id).ToListAsync(CancellationToken.None)).Count > 0;

    /// <summary>Reads with a context; reads again over a new connection when only the connection was dead.</summary>
    public async Task<T> ReadAsync<T>(
        IDbContextFactory<TaskDbContext> contexts,
        Func<TaskDbContext, Task<T>> read,
        CancellationToken cancellationToken
    )
    {
        try
        {
            return await ReadOnceAsync();
        }
        catch (Exception error) when (IsCut(error))
        {
            DropConnections();
            return await ReadOnceAsync();
        }
        catch (Exception error) when (IsToBeRepeated(error))
        {
            return await ReadOnceAsync();
        }

        async Task<T> ReadOnceAsync()
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            return await read(db);
        }
    }

    /// <summary>True when the error means a dead connection, which says nothing about the database.</summary>
    protected virtual bool IsCut(Exception error) => false;

    /// <summary>True when the database broke a transaction off for the sake of others; nothing of it has happened.</summary>
    protected virtual bool IsToBeRepeated(Exception error) => false;

    /// <summary>Drops pooled connections.</summary>
    protected virtual void DropConnections() { }

    /// <summary>True when the error means that the database cannot serve now, rather than that the statement was wrong.</summary>
    protected abstract bool IsOutage(DbException error);

    /// <summary>True when a row names another one, by a foreign key, that is not there.</summary>
    protected abstract bool IsMissingOwner(DbException error);

    /// <summary>True when the cause of an outage is a full disk.</summary>
    protected abstract bool IsFull(DbException error);

    /// <summary>
    /// The query for settings of the database that may lose acknowledged writes; null where this process alone decides.
    /// </summary>
    public abstract string? UnsafeSettings { get; }

    /// <summary>The query for the time by the database's clock, in milliseconds since 1970; null where that is this machine's.</summary>
    public virtual string? Clock => null;

    /// <summary>
    /// Numbers the candidates of each type, given the query that yields up to a few of every type in the order of the
    /// index. Turns of different types have nothing to do with each other, so the types are merged by these numbers.
    /// </summary>
    protected static string Placed(IEnumerable<string> queues) =>
        $"""
            SELECT id, priority, place FROM (
                SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
                FROM ({string.Join(" UNION ALL ", queues)}) AS queues) AS placed
            ORDER BY priority DESC, place, id
            """;

    protected static string Queue(string filter, string limit) =>
        $"SELECT id, type, priority, turn FROM tasks WHERE {filter} ORDER BY priority DESC, turn, id LIMIT {limit}";

    /// <summary>The advice to an operator whose database cannot be opened.</summary>
    public string Advice(Exception error) => Advice(Find(error));

    /// <param name="error">Null where not even the database was asked.</param>
    protected abstract string Advice(DbException? error);

    public bool IsOutage(Exception error) => Find(error) is { } own && IsOutage(own);

    /// <summary>True when a row names another one, by a foreign key, that is not there.</summary>
    public bool IsMissingOwner(Exception error) => Find(error) is { } own && IsMissingOwner(own);

    /// <summary>True when the disk or the database is full.</summary>
    public bool IsFull(Exception error) => Find(error) is { } own && IsFull(own);

    private static DbException? Find(Exception? error) => error is null ? null : error as DbException ?? Find(error.InnerException);

    public abstract void Dispose();
}

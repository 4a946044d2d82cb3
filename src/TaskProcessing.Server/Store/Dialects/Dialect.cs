using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>Where the databases differ; nothing outside this folder asks which one it is.</summary>
internal abstract class Dialect : IDisposable
{
    /// <summary>Which database this is, for messages: its kind and place, without credentials.</summary>
    public abstract string Location { get; }

    /// <summary>How the processes on the database hear of each other.</summary>
    public abstract ISignalLine Signals { get; }

    /// <summary>The statement that tells other processes, when its transaction commits, that what they keep in memory is outdated; null where they look for that.</summary>
    public virtual string? AnnounceChange => null;

    /// <summary>Points a context at the database.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    /// <summary>Opens nothing yet.</summary>
    public abstract Sessions OpenSessions(IDbContextFactory<TaskDbContext> contexts, TaskCache cache);

    /// <summary>Makes this process the only one that migrates until the result is disposed; a process that dies lets go.</summary>
    public abstract Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The query that picks the ids of a claim's tasks: of the waiting tasks that each of the filters finds, the next
    /// <paramref name="limit"/> that no other claim is taking at this moment. Higher priorities come first, then the
    /// filters in turn; within one, it goes by turn and id.
    /// </summary>
    public abstract string PickNext(IReadOnlyCollection<string> filters, string limit);

    /// <summary>The statement that gives a little of the free space in the database back, and the query for how much there is; null where that needs no care.</summary>
    public abstract (string Statement, string Query)? ReclaimSpace { get; }

    /// <summary>What a query ends with that locks the rows it finds until the transaction ends; empty where transactions come one after the other.</summary>
    protected abstract string RowLock { get; }

    /// <summary>Holds an account until the transaction ends. False when there is none with that id.</summary>
    public Task<bool> LockAccountAsync(TaskDbContext db, string id) => LockAsync(db, $"SELECT id AS \"Value\" FROM accounts WHERE id = {{0}}{RowLock}", id);

    /// <summary>Holds a task until the transaction ends. False when there is none with that id.</summary>
    public Task<bool> LockTaskAsync(TaskDbContext db, long id) => LockAsync(db, $"SELECT id AS \"Value\" FROM tasks WHERE id = {{0}}{RowLock}", id);

    private static async Task<bool> LockAsync<TId>(TaskDbContext db, string sql, TId id)
        where TId : notnull =>
        (await db.Database.SqlQueryRaw<TId>(sql, id).ToListAsync(CancellationToken.None)).Count > 0;

    /// <summary>Whether the error says that the database cannot serve now, rather than that the statement was wrong.</summary>
    protected abstract bool IsOutage(DbException error);

    /// <summary>Whether an outage is for want of space.</summary>
    protected abstract bool IsFull(DbException error);

    /// <summary>The query for those settings of the database that may cost what was acknowledged; null where this process alone decides.</summary>
    public abstract string? UnsafeSettings { get; }

    /// <summary>
    /// Numbers the candidates of each type, given the query that yields up to a few of every type in the order of the
    /// index. Turns of different types have nothing to do with each other, so the types are merged by these numbers.
    /// </summary>
    protected static string Placed(IEnumerable<string> queues) =>
        $"""
        SELECT id FROM (
            SELECT id, priority, ROW_NUMBER() OVER (PARTITION BY type ORDER BY priority DESC, turn, id) AS place
            FROM ({string.Join(" UNION ALL ", queues)}) AS queues) AS placed
        ORDER BY priority DESC, place, id
        """;

    protected static string Queue(string filter, string limit) =>
        $"SELECT id, type, priority, turn FROM tasks WHERE {filter} ORDER BY priority DESC, turn, id LIMIT {limit}";

    public bool IsOutage(Exception error) => Find(error) is { } own && IsOutage(own);

    /// <summary>Whether it is for want of space.</summary>
    public bool IsFull(Exception error) => Find(error) is { } own && IsFull(own);

    private static DbException? Find(Exception? error) => error is null ? null : error as DbException ?? Find(error.InnerException);

    public abstract void Dispose();
}

using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>Where the databases differ; nothing outside this folder asks which one it is.</summary>
internal abstract class Dialect : IDisposable
{
    /// <summary>Which database this is, for messages: its kind and place, without credentials.</summary>
    public abstract string Location { get; }

    /// <summary>Points a context at the database.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    /// <summary>
    /// Waits until this process may write, where the database has one writer at a time; disposing the result lets the
    /// next one in. Null where writers need no queue.
    /// </summary>
    public abstract ValueTask<IDisposable?> QueueToWriteAsync(CancellationToken cancellationToken);

    /// <summary>Makes this process the only one that migrates until the result is disposed; a process that dies lets go.</summary>
    public abstract Task<IAsyncDisposable> LockMigrationsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The query that picks the tasks of a claim: of the ids of scheduled tasks that the given queries find, the lowest
    /// <paramref name="limit"/> that no other claim is taking at this moment.
    /// </summary>
    public abstract string PickOldest(IEnumerable<string> idQueries, string limit);

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

    public bool IsOutage(Exception error)
    {
        for (var current = error; current is not null; current = current.InnerException)
        {
            if (current is DbException databaseError)
                return IsOutage(databaseError);
        }

        return false;
    }

    public abstract void Dispose();
}

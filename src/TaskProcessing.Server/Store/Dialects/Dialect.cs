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

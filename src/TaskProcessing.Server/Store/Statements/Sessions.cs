using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>The connections of one database, and the statements that travel on them.</summary>
internal abstract class Sessions : IDisposable
{
    /// <summary>Whether this process can tell that a task is as it remembers it.</summary>
    public abstract bool CanRemember { get; }

    /// <summary>Whether every task that is remembered is what a read would find now.</summary>
    public abstract bool IsCurrent();

    /// <summary>Runs one reading statement.</summary>
    public abstract Task<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read, CancellationToken cancellationToken);

    /// <summary>
    /// Runs one statement that changes tasks, by itself, and reads what it returns; when the answer is there, it is durable.
    /// Cancelling ends the wait for its turn only.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">A value for each of its places: text, long, int, double, bool or null. Asked for when its turn has come.</param>
    /// <param name="read">Makes a task, as it is stored now, of a row.</param>
    /// <param name="row">The id of the one task for which the statement waits while another transaction has it; null when it waits for none.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement, Func<object?[]> values, Func<IRow, ProcessingTask> read, long? row, CancellationToken cancellationToken);

    /// <summary>Runs a write of several statements; when the answer is there, it is durable. Cancelling ends the wait for its turn only.</summary>
    /// <param name="write">What to write. It must not reach for the database by another way than its session.</param>
    /// <param name="together">Whether its statements take effect together or, when one throws, not at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<T> WriteAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken);

    /// <summary>Ends when everything that was begun is written.</summary>
    public abstract void Dispose();
}

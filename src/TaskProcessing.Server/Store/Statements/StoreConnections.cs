using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Statements;

/// <summary>The connections of one database, and the statements that travel on them.</summary>
internal abstract class StoreConnections : IDisposable
{
    /// <summary>The task as it is stored; null when there is none.</summary>
    public virtual async Task<ProcessingTask?> FindTaskAsync(long id, CancellationToken cancellationToken) =>
        await QueryAsync(TaskStatements.Find, [id], TaskRow.Read, cancellationToken) is [var task] ? task : null;

    /// <summary>Runs one reading statement.</summary>
    public abstract Task<List<T>> QueryAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Runs one statement that changes tasks, by itself, and reads its rows; the answer is durable. Cancelling ends only
    /// the wait for its turn.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">
    /// A value for each of its places: text, long, int, double, bool or null. Asked for when its turn has come.
    /// </param>
    /// <param name="read">Makes a task, as it is stored now, of a row.</param>
    /// <param name="row">
    /// The id of the one task for which the statement waits while another transaction has it; null when it waits for none.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        Func<object?[]> values,
        Func<IRow, ProcessingTask> read,
        long? row,
        CancellationToken cancellationToken
    );

    /// <summary>
    /// Runs one statement that writes and reads its rows. The answer does not wait for the disk: the write is durable once a later
    /// one of the database is. It may run twice when a connection breaks.
    /// </summary>
    /// <param name="statement">The statement.</param>
    /// <param name="values">As for <see cref="QueryAsync"/>.</param>
    /// <param name="read">Converts a row.</param>
    /// <param name="row">A number for the row that it locks; the same for the same row in all processes.</param>
    /// <param name="cancellationToken">Ends the wait for its turn.</param>
    public virtual Task<List<T>> WriteUnflushedAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        long row,
        CancellationToken cancellationToken
    ) => WriteAsync(connection => connection.QueryAsync(statement, values, read), atomic: false, cancellationToken);

    /// <summary>
    /// Runs a write of several statements; when the answer is there, it is durable. Cancelling ends the wait for its turn only.
    /// </summary>
    /// <param name="write">The write. It must use the database only through its connection.</param>
    /// <param name="atomic">True to run the statements as one: all take effect, or none when one throws.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<T> WriteAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken);

    /// <summary>Ends when everything that was begun is written.</summary>
    public abstract void Dispose();
}

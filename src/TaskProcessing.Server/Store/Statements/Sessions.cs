namespace TaskProcessing.Server.Store.Statements;

/// <summary>Hands out the connections of one database.</summary>
internal abstract class Sessions : IDisposable
{
    /// <summary>Whether this process can tell that a task is as it remembers it.</summary>
    public abstract bool CanRemember { get; }

    /// <summary>Whether every task that is remembered is what a read would find now.</summary>
    public abstract bool IsCurrent();

    public abstract Task<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, CancellationToken cancellationToken);

    /// <summary>Runs a write; when the answer is there, it is durable. Cancelling ends the wait for its turn only.</summary>
    /// <param name="write">What to write. It must not reach for the database by another way than its session.</param>
    /// <param name="together">Whether its statements take effect together or, when one throws, not at all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public abstract Task<T> WriteAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken);

    /// <summary>Ends when everything that was begun is written.</summary>
    public abstract void Dispose();
}

using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A queued write and its outcome.</summary>
internal abstract class QueuedWrite
{
    /// <summary>Runs the write and keeps its answer. Throws only when the whole transaction is lost.</summary>
    public abstract void Run(SqliteStoreConnection connection);

    /// <summary>Answers the caller after the commit.</summary>
    public abstract void Answer();

    /// <summary>Fails the caller: the transaction is lost.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>A queued write with its type of answer.</summary>
internal sealed class QueuedWrite<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken)
    : QueuedWrite
{
    private readonly QueuedOperation<T> _caller = new(cancellationToken);
    private T _answer = default!;
    private Exception? _error;

    public Task<T> Answered => _caller.Answered;

    public override void Run(SqliteStoreConnection connection)
    {
        if (!_caller.TryBegin())
            return;

        var changes = connection.Changes;
        try
        {
            if (atomic)
                connection.Save();
            // SQLite answers synchronously: nothing waits here.
            var written = write(connection);
            _answer = written.IsCompleted ? written.Result : written.AsTask().GetAwaiter().GetResult();
            if (atomic)
                connection.Release();
        }
        catch (Exception error) when (!connection.IsRolledBack)
        {
            _error = error;
            connection.DropChanges(from: changes);
            if (atomic)
                connection.RollBackToSave();
        }
        finally
        {
            connection.ClearTracked();
        }
    }

    public override void Answer()
    {
        if (_error is not null)
            _caller.Fail(_error);
        else
            _caller.Answer(_answer);
    }

    public override void Fail(Exception error) => _caller.Fail(_error ?? error);
}

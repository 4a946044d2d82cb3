using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A write that waits for the writer, and what came of it.</summary>
internal abstract class PendingWrite
{
    /// <summary>Does the work and keeps the answer; throws only when the whole transaction is lost.</summary>
    public abstract void Run(SqliteSession session);

    /// <summary>The transaction is on disk: tells the caller what came of the write.</summary>
    public abstract void Answer();

    /// <summary>The transaction is lost.</summary>
    public abstract void Fail(Exception error);
}

/// <summary>As its base, for one kind of answer.</summary>
internal sealed class PendingWrite<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken) : PendingWrite
{
    private readonly WaitingCaller<T> _caller = new(cancellationToken);
    private T _answer = default!;
    private Exception? _error;

    public Task<T> Answered => _caller.Answered;

    public override void Run(SqliteSession session)
    {
        if (!_caller.TryBegin())
            return;

        var remembered = session.Remembered;
        try
        {
            if (together)
                session.Save();
            // SQLite answers synchronously: nothing waits here.
            var written = write(session);
            _answer = written.IsCompleted ? written.Result : written.AsTask().GetAwaiter().GetResult();
            if (together)
                session.Release();
        }
        catch (Exception error) when (!session.IsRolledBack)
        {
            _error = error;
            session.Unlearn(remembered);
            if (together)
                session.RollBackToSave();
        }
        finally
        {
            session.Forget();
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

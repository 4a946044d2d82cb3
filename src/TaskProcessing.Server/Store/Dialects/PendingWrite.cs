using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects;

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
internal sealed class PendingWrite<T> : PendingWrite
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Cancelled = 2;

    // Callers must not go on with their work on the writer's time.
    private readonly TaskCompletionSource<T> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Func<Session, ValueTask<T>> _write;
    private readonly bool _together;
    private readonly CancellationTokenRegistration _cancellation;
    private int _state;
    private int _remembered;
    private T _answer = default!;
    private Exception? _error;

    public PendingWrite(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken)
    {
        _write = write;
        _together = together;
        _cancellation = cancellationToken.UnsafeRegister(static (write, token) => ((PendingWrite<T>)write!).Cancel(token), this);
    }

    public Task<T> Answered => _answered.Task;

    public override void Run(SqliteSession session)
    {
        if (Interlocked.CompareExchange(ref _state, Begun, Waiting) != Waiting)
            return;

        _remembered = session.Remembered;
        try
        {
            if (_together)
                session.Save();
            // SQLite answers synchronously: nothing waits here.
            var write = _write(session);
            _answer = write.IsCompleted ? write.Result : write.AsTask().GetAwaiter().GetResult();
            if (_together)
                session.Release();
        }
        catch (Exception error) when (!session.IsRolledBack)
        {
            _error = error;
            session.Unlearn(_remembered);
            if (_together)
                session.RollBackToSave();
        }
        finally
        {
            session.Forget();
        }
    }

    public override void Answer()
    {
        _cancellation.Dispose();
        if (_error is not null)
            _answered.TrySetException(_error);
        else
            _answered.TrySetResult(_answer);
    }

    public override void Fail(Exception error)
    {
        _cancellation.Dispose();
        _answered.TrySetException(_error ?? error);
    }

    private void Cancel(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Cancelled, Waiting) == Waiting)
            _answered.TrySetCanceled(cancellationToken);
    }
}

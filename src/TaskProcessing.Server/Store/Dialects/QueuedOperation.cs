namespace TaskProcessing.Server.Store.Dialects;

/// <summary>
/// A caller's operation in a queue. Until it begins, the caller may cancel it, and it does not run. Once begun it runs to its end,
/// and the caller gets its outcome.
/// </summary>
internal class QueuedOperation<T>
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Left = 2;

    // Callers' continuations must not run on the answering thread.
    private readonly TaskCompletionSource<T> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancellation;
    private int _state;

    public QueuedOperation(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(static (caller, token) => ((QueuedOperation<T>)caller!).OnCancelled(token), this);
    }

    public Task<T> Answered => _answered.Task;

    /// <summary>False when the caller has cancelled.</summary>
    public bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    public void Answer(T answer)
    {
        _cancellation.Dispose();
        _answered.TrySetResult(answer);
    }

    public void Fail(Exception error)
    {
        _cancellation.Dispose();
        _answered.TrySetException(error);
    }

    private void OnCancelled(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Left, Waiting) == Waiting)
            _answered.TrySetCanceled(cancellationToken);
    }
}

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>
/// Who waits for an answer that somebody else works out. Until that has begun the caller may leave, and then it is not
/// done; once begun it is done, and the caller hears what came of it.
/// </summary>
internal class WaitingCaller<T>
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Left = 2;

    // Callers must not go on with their work on the time of the one who answers.
    private readonly TaskCompletionSource<T> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _cancellation;
    private int _state;

    public WaitingCaller(CancellationToken cancellationToken)
    {
        _cancellation = cancellationToken.UnsafeRegister(static (caller, token) => ((WaitingCaller<T>)caller!).Leave(token), this);
    }

    public Task<T> Answered => _answered.Task;

    /// <summary>False when the caller has left.</summary>
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

    private void Leave(CancellationToken cancellationToken)
    {
        if (Interlocked.CompareExchange(ref _state, Left, Waiting) == Waiting)
            _answered.TrySetCanceled(cancellationToken);
    }
}

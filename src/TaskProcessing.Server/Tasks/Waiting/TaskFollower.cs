namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// Sends the events of tasks to a reader, until it is disposed of. Intermediate states are not kept: a slow or
/// disconnected reader gets the present state, and always the last one.
/// </summary>
internal abstract class TaskFollower(TaskListener listener, TimeProvider time) : IDisposable
{
    private bool _looked;

    /// <summary>True when no more events can come.</summary>
    public bool HasEnded { get; protected set; }

    /// <summary>True when more events are ready; they are read in portions.</summary>
    protected virtual bool HasMore => false;

    protected TaskListener Listener => listener;

    protected TimeProvider Time => time;

    /// <summary>
    /// Waits until there are events, at most until the time is over; the first call answers the present state at once.
    /// </summary>
    public async Task<IReadOnlyList<TaskEvent>> NextAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (_looked && !HasMore && !await listener.WaitAsync(longest, time, cancellationToken))
            return [];

        cancellationToken.ThrowIfCancellationRequested();
        _looked = true;
        return await ReadAsync(cancellationToken);
    }

    public void Dispose() => listener.Dispose();

    protected abstract Task<IReadOnlyList<TaskEvent>> ReadAsync(CancellationToken cancellationToken);
}

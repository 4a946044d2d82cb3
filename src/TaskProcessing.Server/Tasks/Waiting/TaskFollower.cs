namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// Tells a reader what happens to tasks, until it is disposed. Between two looks the states of a task are not kept: who
/// is slow, or was away, gets the one that it is in now, and always the last one.
/// </summary>
internal abstract class TaskFollower(TaskListener listener, TimeProvider time) : IDisposable
{
    private bool _looked;

    /// <summary>Nothing more will happen.</summary>
    public bool HasEnded { get; protected set; }

    protected TaskListener Listener => listener;

    protected TimeProvider Time => time;

    /// <summary>Waits until there is something to tell, at the latest until the time is over; the first time it tells at once how things are.</summary>
    public async Task<IReadOnlyList<TaskEvent>> NextAsync(TimeSpan longest, CancellationToken cancellationToken)
    {
        if (_looked && !await listener.WaitAsync(longest, time, cancellationToken))
            return [];

        cancellationToken.ThrowIfCancellationRequested();
        _looked = true;
        return await LookAsync(cancellationToken);
    }

    public void Dispose() => listener.Dispose();

    protected abstract Task<IReadOnlyList<TaskEvent>> LookAsync(CancellationToken cancellationToken);
}

namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Wakes those who wait for a task to be scheduled. Take <see cref="NextScheduled"/> first, then look into the queue,
/// then wait: so nothing that is scheduled in between is missed.
/// </summary>
internal sealed class TaskSignal
{
    private TaskCompletionSource _nextScheduled = NewSource();

    /// <summary>Completes when the next task has been scheduled.</summary>
    public Task NextScheduled => Volatile.Read(ref _nextScheduled).Task;

    public void RaiseScheduled() => Interlocked.Exchange(ref _nextScheduled, NewSource()).SetResult();

    // Waiters must not run on the scheduling request's time.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

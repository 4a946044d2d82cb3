namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Somebody who waits. Dispose it when the wait is over.</summary>
internal abstract class TaskListener : IDisposable
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _woken = NewSource();
    private HashSet<long>? _changed;
    private Dictionary<long, long>? _known;

    /// <summary>Whether it was woken since its last wait.</summary>
    public bool IsAwake => Volatile.Read(ref _woken).Task.IsCompleted;

    /// <summary>The type of the task that a worker was woken for; null when it was for another reason.</summary>
    public string? WokenFor { get; set; }

    /// <summary>Waits until it is woken, which may have happened since the last wait.</summary>
    /// <returns>False when the time was over first, or the wait was cancelled.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        var woken = Volatile.Read(ref _woken).Task;
        if (longest > TimeSpan.Zero || longest == Timeout.InfiniteTimeSpan)
            await woken.WaitAsync(longest, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!woken.IsCompleted)
            return false;

        Volatile.Write(ref _woken, NewSource());
        return true;
    }

    /// <summary>The tasks that it was woken for since it was last asked.</summary>
    public IReadOnlyCollection<long> TakeChanged()
    {
        lock (_lock)
        {
            var changed = _changed;
            _changed = null;
            return changed ?? [];
        }
    }

    /// <summary>Notes what of a task is known, so that a change that nobody signalled can be found.</summary>
    public void Know(ProcessingTask task)
    {
        lock (_lock)
            (_known ??= [])[task.Id] = task.Revision;
    }

    /// <summary>The task is of no interest any more.</summary>
    public void Forget(long taskId)
    {
        lock (_lock)
            _known?.Remove(taskId);
    }

    public abstract void Dispose();

    /// <summary>False when it was awake already.</summary>
    internal bool Wake() => Volatile.Read(ref _woken).TrySetResult();

    internal void Wake(long taskId)
    {
        lock (_lock)
            (_changed ??= []).Add(taskId);
        Wake();
    }

    internal void AddKnown(Dictionary<long, long> revisions)
    {
        lock (_lock)
        {
            foreach (var (id, revision) in _known ?? [])
                revisions[id] = revisions.TryGetValue(id, out var other) ? Math.Min(revision, other) : revision;
        }
    }

    internal void WakeIfKnown(IReadOnlyCollection<long> taskIds)
    {
        lock (_lock)
        {
            if (_known is null || !taskIds.Any(_known.ContainsKey))
                return;

            (_changed ??= []).UnionWith(taskIds.Where(_known.ContainsKey));
        }

        Wake();
    }

    // Those who wait must not run on the time of the request that wakes them.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

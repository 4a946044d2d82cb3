namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>Somebody who waits. Dispose it when the wait is over.</summary>
internal abstract class TaskListener : IDisposable
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _woken = NewSource();
    private HashSet<long>? _changed;
    private ProcessingTask? _last;
    private Action? _act;
    private Dictionary<long, long>? _known;

    /// <summary>Whether it was woken since its last wait.</summary>
    public bool IsAwake => Volatile.Read(ref _woken).Task.IsCompleted;

    /// <summary>The type of the task that a worker was woken for; null when it was for another reason.</summary>
    public string? WokenFor { get; private set; }

    /// <summary>Waits until it is woken, which may have happened since the last wait.</summary>
    /// <param name="longest">How long to wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <param name="act">
    /// What to do, on the time of whoever wakes it for a task: must be quick. Not done when it was woken for another reason,
    /// or before it waited; when the wait is over, it was done or never will be.
    /// </param>
    /// <returns>False when the time was over first, or the wait was cancelled.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken, Action? act = null)
    {
        var woken = Volatile.Read(ref _woken).Task;
        if (!woken.IsCompleted && (longest > TimeSpan.Zero || longest == Timeout.InfiniteTimeSpan))
        {
            SetAct(act);
            // As a Task: of one with an answer exceptions cannot be suppressed.
            Task wait = woken.EndsWithinAsync(longest, time, cancellationToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SetAct(null);
        }

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

    /// <summary>What it was last woken for, if that is newer than what is known of it; null when it has to be read.</summary>
    public ProcessingTask? LastSince(ProcessingTask known)
    {
        lock (_lock)
            return _last?.Id == known.Id && _last.Revision > known.Revision ? _last : null;
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
    internal bool Wake(string? type)
    {
        if (IsAwake)
            return false;

        WokenFor = type;
        return Volatile.Read(ref _woken).TrySetResult();
    }

    /// <summary>Has it do what it wants done at once, after it was woken for a task.</summary>
    internal void Act()
    {
        // Under the lock: the wait does not end before.
        lock (_lock)
        {
            var act = _act;
            _act = null;
            act?.Invoke();
        }
    }

    internal void Wake(long taskId, ProcessingTask? task)
    {
        lock (_lock)
        {
            (_changed ??= []).Add(taskId);
            if (task is null || _last is null || task.Revision > _last.Revision)
                _last = task;
        }

        Wake(type: null);
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

        Wake(type: null);
    }

    private void SetAct(Action? act)
    {
        lock (_lock)
            _act = act;
    }

    // Those who wait must not run on the time of the request that wakes them.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

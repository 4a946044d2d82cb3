using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>One waiting request or worker. Dispose it when the wait is over.</summary>
internal abstract class TaskListener : IDisposable
{
    private readonly Lock _lock = new();
    private readonly AsyncSignal _woken = new();
    private HashSet<long>? _changed;
    private ProcessingTask? _last;
    private Action? _onWake;
    private Dictionary<long, long>? _tracked;

    /// <summary>True when a wake-up has arrived since the last wait.</summary>
    public bool IsAwake => _woken.IsSet;

    /// <summary>The type of the task that a worker was woken for; null when it was for another reason.</summary>
    public string? WokenFor { get; private set; }

    /// <summary>Waits until it is woken, which may have happened since the last wait.</summary>
    /// <returns>False when the time was over first, or the wait was cancelled.</returns>
    public Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken) =>
        WaitAsync(longest, time, onWake: null, cancellationToken);

    /// <summary>As the other, with a callback.</summary>
    /// <param name="longest">The longest wait.</param>
    /// <param name="time">The clock.</param>
    /// <param name="onWake">
    /// The waking thread runs it, at most once, and only for a task that arrives during the wait; it must not block. It never runs
    /// after WaitAsync has returned.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, Action? onWake, CancellationToken cancellationToken)
    {
        if (!IsAwake && (longest > TimeSpan.Zero || longest == Timeout.InfiniteTimeSpan))
        {
            SetOnWake(onWake);
            // As a Task: of one with an answer exceptions cannot be suppressed.
            Task wait = _woken.Task.EndsWithinAsync(longest, time, cancellationToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            SetOnWake(null);
        }

        if (!IsAwake)
            return false;

        _woken.Reset();
        return true;
    }

    /// <summary>The tasks of all wake-ups since the last call.</summary>
    public IReadOnlyCollection<long> DrainChanged()
    {
        lock (_lock)
        {
            var changed = _changed;
            _changed = null;
            return changed ?? [];
        }
    }

    /// <summary>The task of the last wake-up, if it is newer than the known one; null when the task must be read.</summary>
    public ProcessingTask? LatestIfNewer(ProcessingTask known)
    {
        lock (_lock)
            return _last?.Id == known.Id && _last.Revision > known.Revision ? _last : null;
    }

    /// <summary>Records the known revision of a task, so that a change without a signal can be found.</summary>
    public void Track(ProcessingTask task)
    {
        lock (_lock)
            (_tracked ??= [])[task.Id] = task.Revision;
    }

    /// <summary>Stops tracking the task.</summary>
    public void Untrack(long taskId)
    {
        lock (_lock)
            _tracked?.Remove(taskId);
    }

    public abstract void Dispose();

    /// <summary>False when it was awake already.</summary>
    internal bool Wake(string? type)
    {
        if (IsAwake)
            return false;

        WokenFor = type;
        return _woken.Set();
    }

    /// <summary>Runs the callback after a wake-up for a task.</summary>
    internal void InvokeOnWake()
    {
        // Under the lock: the wait does not end before.
        lock (_lock)
        {
            var onWake = _onWake;
            _onWake = null;
            onWake?.Invoke();
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

    internal void AddTracked(Dictionary<long, long> revisions)
    {
        lock (_lock)
        {
            foreach (var (id, revision) in _tracked ?? [])
                revisions[id] = revisions.TryGetValue(id, out var other) ? Math.Min(revision, other) : revision;
        }
    }

    internal void WakeIfTracking(IReadOnlyCollection<long> taskIds)
    {
        lock (_lock)
        {
            if (_tracked is null || !taskIds.Any(_tracked.ContainsKey))
                return;

            (_changed ??= []).UnionWith(taskIds.Where(_tracked.ContainsKey));
        }

        Wake(type: null);
    }

    private void SetOnWake(Action? onWake)
    {
        lock (_lock)
            _onWake = onWake;
    }
}

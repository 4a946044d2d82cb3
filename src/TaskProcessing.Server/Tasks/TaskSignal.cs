namespace TaskProcessing.Server.Tasks;

/// <summary>
/// Wakes those who wait for a task: workers for one that is scheduled, readers for one that changes. Listen first, then
/// look, then wait: so nothing that happens in between is missed. Knows only what happens in this process;
/// <see cref="Upkeep.QueueWatcher"/> looks for the rest.
/// </summary>
internal sealed class TaskSignal
{
    private readonly Listeners<string> _scheduled = new();
    private readonly Listeners<long> _changed = new();

    /// <summary>The types that somebody waits for.</summary>
    public IReadOnlyCollection<string> AwaitedTypes => _scheduled.Topics;

    /// <summary>Whether somebody waits for the task to change.</summary>
    public bool IsWatched(long taskId) => _changed.Topics.Contains(taskId);

    public TaskListener ListenForScheduled(IReadOnlyCollection<string> types) => _scheduled.Add(types);

    public TaskListener ListenForChanges(long taskId) => _changed.Add([taskId]);

    /// <summary>A task of the type waits. Raised on the time of whoever scheduled it: handlers must be quick.</summary>
    public event Action<string>? Arrived;

    /// <summary>Wakes one worker: one task is for one of them, and thousands may wait.</summary>
    public void RaiseScheduled(string type)
    {
        _scheduled.WakeOne(type);
        Arrived?.Invoke(type);
    }

    /// <summary>Wakes all readers of the task.</summary>
    public void RaiseChanged(long taskId) => _changed.WakeAll(taskId);

    private sealed class Listeners<TTopic> : IListenerRegistry
        where TTopic : notnull
    {
        private readonly Lock _lock = new();
        private readonly Dictionary<TTopic, LinkedList<TaskListener>> _byTopic = [];
        private readonly Dictionary<TaskListener, IReadOnlyCollection<TTopic>> _topics = [];

        public IReadOnlyCollection<TTopic> Topics
        {
            get
            {
                lock (_lock)
                    return [.. _byTopic.Keys];
            }
        }

        public TaskListener Add(IReadOnlyCollection<TTopic> topics)
        {
            var listener = new TaskListener(this);
            lock (_lock)
            {
                _topics[listener] = topics;
                foreach (var topic in topics)
                {
                    if (!_byTopic.TryGetValue(topic, out var listeners))
                        _byTopic[topic] = listeners = [];
                    listeners.AddLast(listener);
                }
            }

            return listener;
        }

        public void WakeOne(TTopic topic)
        {
            lock (_lock)
            {
                if (!_byTopic.TryGetValue(topic, out var listeners))
                    return;

                for (var node = listeners.First; node is not null; node = node.Next)
                {
                    if (!node.Value.Wake())
                        continue;

                    // Whoever was woken goes to the end, so that workers take turns.
                    listeners.Remove(node);
                    listeners.AddLast(node);
                    return;
                }
            }
        }

        public void WakeAll(TTopic topic)
        {
            lock (_lock)
            {
                foreach (var listener in _byTopic.GetValueOrDefault(topic) ?? [])
                    listener.Wake();
            }
        }

        public void Remove(TaskListener listener, bool wasWoken)
        {
            lock (_lock)
            {
                if (!_topics.Remove(listener, out var topics))
                    return;

                foreach (var topic in topics)
                {
                    var listeners = _byTopic[topic];
                    listeners.Remove(listener);
                    if (listeners.Count == 0)
                        _byTopic.Remove(topic);
                }

                if (!wasWoken)
                    return;

                // It left without looking (its client is gone): another one shall look instead.
                foreach (var topic in topics)
                    WakeOne(topic);
            }
        }
    }
}

/// <summary>Whom a <see cref="TaskListener"/> belongs to.</summary>
internal interface IListenerRegistry
{
    void Remove(TaskListener listener, bool wasWoken);
}

/// <summary>Somebody who waits. Dispose it when the wait is over.</summary>
internal sealed class TaskListener(IListenerRegistry registry) : IDisposable
{
    private TaskCompletionSource _woken = NewSource();

    /// <summary>Waits until it is woken, which may have happened since the last wait.</summary>
    /// <returns>False when the time was over first.</returns>
    public async Task<bool> WaitAsync(TimeSpan longest, TimeProvider time, CancellationToken cancellationToken)
    {
        try
        {
            await _woken.Task.WaitAsync(longest, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return false;
        }

        Volatile.Write(ref _woken, NewSource());
        return true;
    }

    /// <summary>False when it was awake already.</summary>
    internal bool Wake() => Volatile.Read(ref _woken).TrySetResult();

    public void Dispose() => registry.Remove(this, wasWoken: Volatile.Read(ref _woken).Task.IsCompleted);

    // Those who wait must not run on the time of the request that wakes them.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

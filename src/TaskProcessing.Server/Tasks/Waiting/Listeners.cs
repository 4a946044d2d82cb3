namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>The waiting listeners by topic. Adding, waking and removing take constant time.</summary>
/// <param name="passOn">True when a listener that was woken but leaves before it has read passes the wake-up on.</param>
internal sealed class Listeners<TTopic>(bool passOn)
    where TTopic : notnull
{
    private readonly Lock _lock = new();
    private readonly Dictionary<TTopic, LinkedList<Registered>> _byTopic = [];
    private readonly HashSet<Registered> _all = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _all.Count;
        }
    }

    public IReadOnlyCollection<TTopic> Topics
    {
        get
        {
            lock (_lock)
                return [.. _byTopic.Keys];
        }
    }

    public bool Any(TTopic topic)
    {
        lock (_lock)
            return _byTopic.ContainsKey(topic);
    }

    public TaskListener Add(IReadOnlyCollection<TTopic> topics)
    {
        var listener = new Registered(this);
        lock (_lock)
        {
            _all.Add(listener);
            listener.Places = [.. topics.Select(topic => (topic, Line(topic).AddLast(listener)))];
        }

        return listener;
    }

    /// <summary>Wakes the listener that was woken longest ago, if any waits, and runs its callback.</summary>
    public void WakeOne(TTopic topic) => TryWakeOne(topic)?.InvokeOnWake();

    public void WakeAll(TTopic topic, long taskId, ProcessingTask? task)
    {
        lock (_lock)
        {
            if (!_byTopic.TryGetValue(topic, out var line))
                return;

            foreach (var listener in line)
                listener.Wake(taskId, task);
        }
    }

    public void WakeAll() => Visit(listener => listener.Wake(type: null));

    public void Visit(Action<TaskListener> visit)
    {
        lock (_lock)
        {
            foreach (var listener in _all)
                visit(listener);
        }
    }

    private Registered? TryWakeOne(TTopic topic)
    {
        lock (_lock)
        {
            if (!_byTopic.TryGetValue(topic, out var line))
                return null;

            for (var place = line.First; place is not null; place = place.Next)
            {
                if (!place.Value.Wake(topic as string))
                    continue;

                // A woken listener goes to the end, so that workers take turns.
                line.Remove(place);
                line.AddLast(place);
                return place.Value;
            }

            return null;
        }
    }

    private LinkedList<Registered> Line(TTopic topic)
    {
        if (!_byTopic.TryGetValue(topic, out var line))
            _byTopic[topic] = line = [];
        return line;
    }

    private void Remove(Registered listener)
    {
        lock (_lock)
        {
            if (!_all.Remove(listener))
                return;

            foreach (var (topic, place) in listener.Places)
            {
                var line = place.List!;
                line.Remove(place);
                if (line.Count == 0)
                    _byTopic.Remove(topic);
            }
        }

        if (passOn && listener is { IsAwake: true, WokenFor: TTopic wokenFor })
            WakeOne(wokenFor);
    }

    private sealed class Registered(Listeners<TTopic> listeners) : TaskListener
    {
        public (TTopic Topic, LinkedListNode<Registered> Place)[] Places { get; set; } = [];

        public override void Dispose() => listeners.Remove(this);
    }
}

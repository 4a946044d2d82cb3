namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// Which provider has room for another task. A claim that is under way holds one slot over all and covers every provider
/// that it asks for; so a slot that becomes free meanwhile is asked for by a claim of its own, and none is ever exceeded.
/// </summary>
internal sealed class WorkerSlots
{
    private readonly Lock _lock = new();
    private readonly List<Slot> _slots;
    private readonly int _maxConcurrency;
    private int _claims;
    private TaskCompletionSource _changed = NewSignal();

    public WorkerSlots(IEnumerable<TaskProvider> providers, int maxConcurrency)
    {
        _slots = [.. providers.Select(provider => new Slot(provider, Math.Max(1, provider.Concurrency)))];
        _maxConcurrency = maxConcurrency;
        if (_slots.CountBy(slot => slot.Provider.Descriptor.Id).FirstOrDefault(ids => ids.Value > 1).Key is { } twice)
            throw new ArgumentException($"Two providers have the id \"{twice}\".", nameof(providers));
    }

    public IEnumerable<TaskProvider> Providers => _slots.Select(slot => slot.Provider);

    public int Running
    {
        get
        {
            lock (_lock)
                return CountRunning();
        }
    }

    /// <summary>Reserves a claim for all providers that have room and are not asked for already; null when there is none.</summary>
    public IReadOnlyList<TaskProvider>? TryReserveClaim()
    {
        lock (_lock)
        {
            // Taken before looking, so that no change after the look is missed.
            if (_changed.Task.IsCompleted)
                _changed = NewSignal();
            if (_claims + CountRunning() >= _maxConcurrency)
                return null;

            var free = _slots.Where(slot => !slot.Asked && slot.Running < slot.Limit).ToList();
            if (free.Count == 0)
                return null;

            _claims++;
            free.ForEach(slot => slot.Asked = true);
            return [.. free.Select(slot => slot.Provider)];
        }
    }

    public void EndClaim(IReadOnlyList<TaskProvider> offered)
    {
        lock (_lock)
        {
            _claims--;
            foreach (var slot in _slots.Where(slot => offered.Contains(slot.Provider)))
                slot.Asked = false;
            _changed.TrySetResult();
        }
    }

    public void BeginRun(TaskProvider provider)
    {
        lock (_lock)
            _slots.First(slot => slot.Provider == provider).Running++;
    }

    public void EndRun(TaskProvider provider)
    {
        lock (_lock)
        {
            _slots.First(slot => slot.Provider == provider).Running--;
            _changed.TrySetResult();
        }
    }

    /// <summary>Completes when a claim or a run has ended since the last look.</summary>
    public Task WhenChangedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _changed.Task.WaitAsync(cancellationToken);
    }

    private int CountRunning() => _slots.Sum(slot => slot.Running);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Slot(TaskProvider provider, int limit)
    {
        public TaskProvider Provider { get; } = provider;

        public int Limit { get; } = limit;

        public int Running { get; set; }

        public bool Asked { get; set; }
    }
}

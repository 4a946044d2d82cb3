using System.Collections.Immutable;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Counts the free slots of each provider. A claim that is under way holds one slot over all, one of each limit, and covers every
/// provider that it asks for. On servers that hold claims a slot that becomes free meanwhile is asked for by a claim of its own, so no
/// limit is ever exceeded. A provider may belong to several workers, and so may a limit.
/// </summary>
internal sealed class WorkerSlots
{
    private readonly Lock _lock = new();

    /// <summary>By provider id. One that is no longer offered stays until its claim and its runs have ended.</summary>
    private readonly Dictionary<string, Slot> _slots = [];

    private readonly int _maxConcurrency;
    private readonly Action _signalChange;
    private ImmutableArray<TaskProvider> _offered = [];
    private int _claims;
    private TaskCompletionSource _changed = NewSignal();

    public WorkerSlots(IEnumerable<TaskProvider> providers, int maxConcurrency)
    {
        _maxConcurrency = maxConcurrency;
        _signalChange = SignalChange;
        Offer(providers);
    }

    /// <summary>The last offer; another array after each <see cref="Offer"/>.</summary>
    public ImmutableArray<TaskProvider> Offered
    {
        get
        {
            lock (_lock)
                return _offered;
        }
    }

    public int Running
    {
        get
        {
            lock (_lock)
                return CountRunning();
        }
    }

    /// <summary>
    /// From now on tasks are claimed for these providers and no others; one takes the place of an earlier one with its id.
    /// </summary>
    public void Offer(IEnumerable<TaskProvider> providers)
    {
        var offered = ImmutableArray.Create(providers.ToArray());
        if (offered.CountBy(provider => provider.Descriptor.Id).FirstOrDefault(ids => ids.Value > 1).Key is { } twice)
            throw new ArgumentException($"Two providers have the id \"{twice}\".", nameof(providers));

        lock (_lock)
        {
            foreach (var slot in _slots.Values)
                slot.IsOffered = false;
            foreach (var provider in offered)
            {
                if (_slots.TryGetValue(provider.Descriptor.Id, out var slot))
                    slot.Replace(provider);
                else
                    _slots.Add(provider.Descriptor.Id, new Slot(provider));
            }

            _offered = offered;
            Settle();
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

            var places = new HashSet<SharedLimit>();
            var free = _slots.Values.Where(slot => slot.IsFree && TryTakePlaces(slot.Provider, places)).ToList();
            if (free.Count == 0)
                return null;

            _claims++;
            free.ForEach(slot => slot.Asked = true);
            return [.. free.Select(slot => slot.Provider)];
        }
    }

    /// <param name="asked">The providers of the claim.</param>
    /// <param name="isChange">False when the caller itself decides on the next claim.</param>
    public void EndClaim(IReadOnlyList<TaskProvider> asked, bool isChange = true)
    {
        lock (_lock)
        {
            _claims--;
            foreach (var provider in asked)
                _slots[provider.Descriptor.Id].Asked = false;
            foreach (var limit in asked.SelectMany(LimitsOf).Distinct())
                limit.Free();
            Settle(isChange);
        }
    }

    /// <summary>Call it before the claim ends.</summary>
    public void BeginRun(TaskProvider provider)
    {
        lock (_lock)
        {
            _slots[provider.Descriptor.Id].Running++;
            foreach (var limit in LimitsOf(provider))
                limit.Take();
        }
    }

    public void EndRun(TaskProvider provider)
    {
        lock (_lock)
        {
            _slots[provider.Descriptor.Id].Running--;
            foreach (var limit in LimitsOf(provider))
                limit.Free();
            Settle();
        }
    }

    /// <summary>Completes when a claim or a run has ended, or other providers were offered, since the last look.</summary>
    public Task WhenChangedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _changed.Task.WaitAsync(cancellationToken);
    }

    private void Settle(bool isChange = true)
    {
        foreach (var slot in _slots.Values.Where(slot => slot.IsOver).ToList())
            _slots.Remove(slot.Provider.Descriptor.Id);
        if (isChange)
            SignalChange();
    }

    /// <summary>Takes no lock: it is also called by other workers, below their own.</summary>
    private void SignalChange() => Volatile.Read(ref _changed).TrySetResult();

    /// <summary>Takes a place of each limit of the provider that the claim does not hold yet, or none.</summary>
    private bool TryTakePlaces(TaskProvider provider, HashSet<SharedLimit> held)
    {
        var taken = new List<SharedLimit>();
        foreach (var limit in LimitsOf(provider).Where(limit => !held.Contains(limit)))
        {
            if (!TryTake(provider, limit))
            {
                taken.ForEach(other => other.Free());
                return false;
            }

            taken.Add(limit);
        }

        held.UnionWith(taken);
        return true;
    }

    private bool TryTake(TaskProvider provider, SharedLimit limit) =>
        limit == provider.Places ? limit.TryTake(Math.Max(1, provider.Concurrency), _signalChange) : limit.TryTake(_signalChange);

    private int CountRunning() => _slots.Values.Sum(slot => slot.Running);

    private static IEnumerable<SharedLimit> LimitsOf(TaskProvider provider) =>
        provider.SharedLimit is { } limit ? [provider.Places, limit] : [provider.Places];

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Slot(TaskProvider provider)
    {
        public TaskProvider Provider { get; private set; } = provider;

        public bool IsOffered { get; set; } = true;

        public bool Asked { get; set; }

        public int Running { get; set; }

        public bool IsFree => IsOffered && !Asked && Running < Math.Max(1, Provider.Concurrency);

        public bool IsOver => !IsOffered && !Asked && Running == 0;

        public void Replace(TaskProvider provider)
        {
            Provider = provider;
            IsOffered = true;
        }
    }
}

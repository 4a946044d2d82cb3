using System.Collections.Immutable;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Counts the free slots of each provider. A claim that is under way holds one slot over all, one of each shared limit,
/// and covers every provider that it asks for. A slot that becomes free meanwhile is asked for by a claim of its own, so
/// no limit is ever exceeded.
/// </summary>
internal sealed class WorkerSlots
{
    private readonly Lock _lock = new();

    /// <summary>By provider id. One that is no longer offered stays until its claim and its runs have ended.</summary>
    private readonly Dictionary<string, Slot> _slots = [];

    private readonly int _maxConcurrency;
    private ImmutableArray<TaskProvider> _offered = [];
    private int _claims;
    private TaskCompletionSource _changed = NewSignal();

    public WorkerSlots(IEnumerable<TaskProvider> providers, int maxConcurrency)
    {
        _maxConcurrency = maxConcurrency;
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

            var free = _slots.Values.Where(slot => slot.IsFree).ToList();
            if (free.Count == 0)
                return null;

            _claims++;
            free.ForEach(slot => slot.Asked = true);
            List<TaskProvider> providers = [.. free.Select(slot => slot.Provider)];
            foreach (var limit in LimitsOf(providers))
                limit.Taken++;
            return providers;
        }
    }

    public void EndClaim(IReadOnlyList<TaskProvider> asked)
    {
        lock (_lock)
        {
            _claims--;
            foreach (var provider in asked)
                _slots[provider.Descriptor.Id].Asked = false;
            foreach (var limit in LimitsOf(asked))
                limit.Taken--;
            Settle();
        }
    }

    /// <summary>Call it before the claim ends.</summary>
    public void BeginRun(TaskProvider provider)
    {
        lock (_lock)
        {
            _slots[provider.Descriptor.Id].Running++;
            if (provider.SharedLimit is { } limit)
                limit.Taken++;
        }
    }

    public void EndRun(TaskProvider provider)
    {
        lock (_lock)
        {
            _slots[provider.Descriptor.Id].Running--;
            if (provider.SharedLimit is { } limit)
                limit.Taken--;
            Settle();
        }
    }

    /// <summary>Completes when a claim or a run has ended, or other providers were offered, since the last look.</summary>
    public Task WhenChangedAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
            return _changed.Task.WaitAsync(cancellationToken);
    }

    private void Settle()
    {
        foreach (var slot in _slots.Values.Where(slot => slot.IsOver).ToList())
            _slots.Remove(slot.Provider.Descriptor.Id);
        _changed.TrySetResult();
    }

    private int CountRunning() => _slots.Values.Sum(slot => slot.Running);

    private static IEnumerable<SharedLimit> LimitsOf(IEnumerable<TaskProvider> providers) =>
        providers.Select(provider => provider.SharedLimit).OfType<SharedLimit>().Distinct();

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Slot(TaskProvider provider)
    {
        public TaskProvider Provider { get; private set; } = provider;

        public bool IsOffered { get; set; } = true;

        public bool Asked { get; set; }

        public int Running { get; set; }

        public bool IsFree =>
            IsOffered
            && !Asked
            && Running < Math.Max(1, Provider.Concurrency)
            && (Provider.SharedLimit is not { } limit || limit.Taken < limit.AtMost);

        public bool IsOver => !IsOffered && !Asked && Running == 0;

        public void Replace(TaskProvider provider)
        {
            Provider = provider;
            IsOffered = true;
        }
    }
}

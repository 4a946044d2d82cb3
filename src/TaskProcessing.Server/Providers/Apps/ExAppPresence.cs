using System.Collections.Concurrent;
using System.Collections.Immutable;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// When each app was last heard. Every call of an app passes here, so it is kept in memory; <see cref="ExAppPresenceKeeper"/>
/// writes it down now and then.
/// </summary>
internal sealed class ExAppPresence(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Signs> _signs = new();
    private ImmutableHashSet<string> _silent = [];
    private TaskCompletionSource _returned = NewSource();

    /// <summary>The apps that were not heard for too long.</summary>
    public ImmutableHashSet<string> Silent => Volatile.Read(ref _silent);

    /// <summary>Completes when a silent app is heard again.</summary>
    public Task Returned => Volatile.Read(ref _returned).Task;

    /// <summary>Where the time before the first sign counts from: what an earlier process did not hear is no silence.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>An app called, or answered a call.</summary>
    public void Seen(string appId, string? version = null)
    {
        var signs = _signs.GetOrAdd(appId, _ => new Signs());
        signs.Version = version ?? signs.Version;
        signs.SeenAt = time.GetUtcNow().UtcTicks;
        signs.Unsaved = true;
        if (Silent.Contains(appId))
            Volatile.Read(ref _returned).TrySetResult();
    }

    /// <summary>An app asked for tasks.</summary>
    public void Polled(string appId)
    {
        Seen(appId);
        _signs[appId].PolledAt = time.GetUtcNow().UtcTicks;
    }

    /// <summary>A call in the name of a known app was refused.</summary>
    public void Refused(string appId, string reason)
    {
        var signs = _signs.GetOrAdd(appId, _ => new Signs());
        signs.Refusal = reason;
        signs.RefusedAt = time.GetUtcNow().UtcTicks;
        signs.Unsaved = true;
    }

    /// <summary>When this process heard the app last.</summary>
    public DateTimeOffset? SeenAt(string appId) => _signs.TryGetValue(appId, out var signs) ? signs.Snapshot(appId).SeenAt : null;

    /// <summary>What is new since the last call.</summary>
    public IReadOnlyList<ExAppSigns> TakeUnsaved()
    {
        var unsaved = new List<ExAppSigns>();
        foreach (var (appId, signs) in _signs)
        {
            if (!signs.Unsaved)
                continue;

            // First, so that what comes meanwhile is saved next time.
            signs.Unsaved = false;
            unsaved.Add(signs.Snapshot(appId));
        }

        return unsaved;
    }

    public void SetSilent(ImmutableHashSet<string> silent)
    {
        // Whoever waits already must hear of it too.
        if (Returned.IsCompleted)
            Volatile.Write(ref _returned, NewSource());
        Volatile.Write(ref _silent, silent);
    }

    // Those who wait must not run on the time of the call that wakes them.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Signs
    {
        public volatile string? Version;
        public volatile string? Refusal;
        public volatile bool Unsaved;
        private long _seenAt;
        private long _polledAt;
        private long _refusedAt;

        public long SeenAt { set => Volatile.Write(ref _seenAt, value); }

        public long PolledAt { set => Volatile.Write(ref _polledAt, value); }

        public long RefusedAt { set => Volatile.Write(ref _refusedAt, value); }

        public ExAppSigns Snapshot(string appId) => new(appId)
        {
            SeenAt = Time(ref _seenAt),
            PolledAt = Time(ref _polledAt),
            Version = Version,
            RefusedAt = Time(ref _refusedAt),
            Refusal = Refusal,
        };

        private static DateTimeOffset? Time(ref long ticks) => Volatile.Read(ref ticks) is var value and > 0 ? new DateTimeOffset(value, TimeSpan.Zero) : null;
    }
}

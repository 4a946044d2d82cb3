using System.Collections.Concurrent;
using System.Collections.Immutable;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// The last sign of life of each app. Every call of an app passes here, so it is kept in memory;
/// <see cref="ExAppPresenceKeeper"/> stores it from time to time.
/// </summary>
internal sealed class ExAppPresence(TimeProvider time)
{
    private readonly ConcurrentDictionary<string, Signs> _signs = new();
    private readonly AsyncSignal _returned = new();
    private ImmutableHashSet<string> _silent = [];

    /// <summary>The apps that were silent for too long.</summary>
    public ImmutableHashSet<string> Silent => Volatile.Read(ref _silent);

    /// <summary>Completes when a silent app calls again.</summary>
    public Task Returned => _returned.Task;

    /// <summary>The start of the silence of an app without a sign of life: earlier processes may have heard it.</summary>
    public DateTimeOffset Since { get; } = time.GetUtcNow();

    /// <summary>An app called, or answered a call.</summary>
    public void Seen(string appId, string? version = null)
    {
        var signs = _signs.GetOrAdd(appId, _ => new Signs());
        signs.Version = version ?? signs.Version;
        signs.SeenAt = time.GetUtcNow().UtcTicks;
        signs.Unsaved = true;
        if (Silent.Contains(appId))
            _returned.Set();
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

    /// <summary>The time when this process last heard the app.</summary>
    public DateTimeOffset? SeenAt(string appId) => _signs.TryGetValue(appId, out var signs) ? signs.Snapshot(appId).SeenAt : null;

    /// <summary>The signs since the last call.</summary>
    public IReadOnlyList<ExAppSigns> TakeUnsaved()
    {
        var unsaved = new List<ExAppSigns>();
        foreach (var (appId, signs) in _signs)
        {
            if (!signs.Unsaved)
                continue;

            // Reset first, so that a sign that arrives meanwhile is saved next time.
            signs.Unsaved = false;
            unsaved.Add(signs.Snapshot(appId));
        }

        return unsaved;
    }

    public void SetSilent(ImmutableHashSet<string> silent)
    {
        _returned.Reset();
        Volatile.Write(ref _silent, silent);
    }

    private sealed class Signs
    {
        public volatile string? Version;
        public volatile string? Refusal;
        public volatile bool Unsaved;
        private long _seenAt;
        private long _polledAt;
        private long _refusedAt;

        public long SeenAt
        {
            set => Volatile.Write(ref _seenAt, value);
        }

        public long PolledAt
        {
            set => Volatile.Write(ref _polledAt, value);
        }

        public long RefusedAt
        {
            set => Volatile.Write(ref _refusedAt, value);
        }

        public ExAppSigns Snapshot(string appId) =>
            new(appId)
            {
                SeenAt = Time(ref _seenAt),
                PolledAt = Time(ref _polledAt),
                Version = Version,
                RefusedAt = Time(ref _refusedAt),
                Refusal = Refusal,
            };

        private static DateTimeOffset? Time(ref long ticks) =>
            Volatile.Read(ref ticks) is var value and > 0 ? new DateTimeOffset(value, TimeSpan.Zero) : null;
    }
}

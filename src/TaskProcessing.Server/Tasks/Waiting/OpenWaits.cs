using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// The event streams and long polls that callers hold open. Each costs a connection, so nobody may hold any number; none
/// outlives what its caller logged in with (<see cref="Upkeep.Watching.EndRevokedWaits"/>); and all end when the server stops.
/// </summary>
internal sealed class OpenWaits : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<OpenWait> _open = [];
    private readonly Dictionary<(WaiterKind, string), int> _held = [];
    private readonly WaitingOptions _options;
    private readonly CancellationTokenRegistration _stopping;
    private bool _isStopping;
    private int _checks;

    public OpenWaits(IOptions<WaitingOptions> options, IHostApplicationLifetime host)
    {
        _options = options.Value;
        _stopping = host.ApplicationStopping.Register(EndAll);
    }

    /// <summary>How many are open, everybody's.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>How often all that were open have been looked at: who logged in before the last time may have escaped it.</summary>
    public int Checks => Volatile.Read(ref _checks);

    /// <summary>How many the waiter may hold; 0 is any number.</summary>
    public int LimitOf(Waiter waiter) => waiter.Kind switch
    {
        WaiterKind.User => _options.MaxPerUser,
        WaiterKind.App => _options.MaxPerApp,
        _ => _options.MaxPerGuest,
    };

    /// <returns>Null when the waiter holds as many as he may.</returns>
    public OpenWait? TryOpen(Waiter waiter)
    {
        var limit = LimitOf(waiter);
        var wait = new OpenWait(this, waiter);
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(Holder(waiter));
            if (limit > 0 && held >= limit)
                return null;

            _held[Holder(waiter)] = held + 1;
            _open.Add(wait);
            if (_isStopping)
                wait.End();
        }

        return wait;
    }

    /// <summary>All that are open now; those that are opened later, by who logged in before, must be looked at by themselves.</summary>
    public IReadOnlyCollection<OpenWait> TakeForCheck()
    {
        lock (_lock)
        {
            _checks++;
            return [.. _open];
        }
    }

    public void Dispose() => _stopping.Dispose();

    internal void Close(OpenWait wait)
    {
        lock (_lock)
        {
            _open.Remove(wait);
            if (--_held[Holder(wait.Waiter)] == 0)
                _held.Remove(Holder(wait.Waiter));
        }
    }

    private static (WaiterKind Kind, string Name) Holder(Waiter waiter) => (waiter.Kind, waiter.Name);

    private void EndAll()
    {
        lock (_lock)
        {
            _isStopping = true;
            foreach (var wait in _open)
                wait.End();
        }
    }
}

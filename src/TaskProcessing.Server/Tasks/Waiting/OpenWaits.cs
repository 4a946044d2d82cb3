using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>
/// The event streams and long polls that callers hold open. Each costs a connection, so nobody may hold any number; and
/// all of them end when the server stops.
/// </summary>
internal sealed class OpenWaits(IOptions<WaitingOptions> options, IHostApplicationLifetime host)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<Waiter, int> _held = [];

    /// <summary>How many are open, everybody's.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _held.Values.Sum();
        }
    }

    /// <summary>How many the waiter may hold; 0 is any number.</summary>
    public int LimitOf(Waiter waiter) => waiter.Kind switch
    {
        WaiterKind.User => options.Value.MaxPerUser,
        WaiterKind.App => options.Value.MaxPerApp,
        _ => options.Value.MaxPerGuest,
    };

    /// <returns>Null when the waiter holds as many as he may. To be disposed when the wait is over.</returns>
    public OpenWait? TryOpen(Waiter waiter)
    {
        var limit = LimitOf(waiter);
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(waiter);
            if (limit > 0 && held >= limit)
                return null;

            _held[waiter] = held + 1;
        }

        return new OpenWait(this, waiter, host.ApplicationStopping);
    }

    internal void Close(Waiter waiter)
    {
        lock (_lock)
        {
            if (--_held[waiter] == 0)
                _held.Remove(waiter);
        }
    }
}

/// <summary>Who waits.</summary>
/// <param name="Kind">What he is.</param>
/// <param name="Name">A user's or an app's id, or a guest's network.</param>
internal readonly record struct Waiter(WaiterKind Kind, string Name);

internal enum WaiterKind
{
    Guest,
    User,
    App,
}

/// <summary>One of the <see cref="OpenWaits"/>.</summary>
internal sealed class OpenWait(OpenWaits waits, Waiter waiter, CancellationToken ended) : IDisposable
{
    private int _closed;

    /// <summary>The wait is to end now, whatever it is for.</summary>
    public CancellationToken Ended => ended;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _closed, 1) == 0)
            waits.Close(waiter);
    }
}

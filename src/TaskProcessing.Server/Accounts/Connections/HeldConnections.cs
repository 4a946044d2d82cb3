using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>
/// The event streams and long polls that callers hold open. Each costs a connection, so their number is limited for each caller, over all servers on the
/// database; none outlives the credentials of its caller (<c>CloseRevokedConnections</c>); and all end when the server stops.
/// </summary>
internal sealed class HeldConnections : IDisposable
{
    private readonly Lock _lock = new();
    private readonly HashSet<HeldConnection> _open = [];
    private readonly Dictionary<(HolderKind, string), int> _held = [];
    private readonly HeldConnectionOptions _options;
    private readonly SharedPlaces _places;
    private readonly CancellationTokenRegistration _stopping;
    private bool _isStopping;
    private int _checks;

    public HeldConnections(IOptions<HeldConnectionOptions> options, SharedPlaces places, Drain drain)
    {
        (_options, _places) = (options.Value, places);
        _stopping = drain.Ended.Register(EndAll);
    }

    /// <summary>The number of held connections of all callers.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _open.Count;
        }
    }

    /// <summary>
    /// The number of checks of all held connections. A caller that logged in before the latest check may have escaped it.
    /// </summary>
    public int Checks => Volatile.Read(ref _checks);

    /// <summary>The limit of connections of the holder; 0 is no limit.</summary>
    public int LimitOf(ConnectionHolder holder) =>
        holder.Kind switch
        {
            HolderKind.User => _options.MaxPerUser,
            HolderKind.App => _options.MaxPerApp,
            _ => _options.MaxPerGuest,
        };

    /// <returns>Null when the holder has reached its limit, at all servers together.</returns>
    public async ValueTask<HeldConnection?> TryOpenAsync(ConnectionHolder holder, CancellationToken cancellationToken)
    {
        if (TryOpen(holder) is not { } connection)
            return null;

        try
        {
            connection.HasPlace = await _places.TryEnterAsync(holder, LimitOf(holder), cancellationToken);
            return connection.HasPlace ? connection : null;
        }
        finally
        {
            if (!connection.HasPlace)
                connection.Dispose();
        }
    }

    /// <returns>Null when the holder has reached its limit at this server.</returns>
    public HeldConnection? TryOpen(ConnectionHolder holder)
    {
        var limit = LimitOf(holder);
        var connection = new HeldConnection(this, holder);
        lock (_lock)
        {
            var held = _held.GetValueOrDefault(KeyOf(holder));
            if (limit > 0 && held >= limit)
                return null;

            _held[KeyOf(holder)] = held + 1;
            _open.Add(connection);
            if (_isStopping)
                connection.End();
        }

        return connection;
    }

    /// <summary>The held connections. One that opens later, with a login from before, must be checked separately.</summary>
    public IReadOnlyCollection<HeldConnection> TakeForCheck()
    {
        lock (_lock)
        {
            _checks++;
            return [.. _open];
        }
    }

    /// <summary>Closes what was opened with sessions that are over by now.</summary>
    public void RevokeEnded(DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (var connection in _open.Where(connection => connection.Credential?.SessionEndsAt <= now))
                connection.Revoke();
        }
    }

    public void Dispose() => _stopping.Dispose();

    internal void Close(HeldConnection connection)
    {
        if (connection.HasPlace)
            _places.Leave(connection.Holder);
        lock (_lock)
        {
            _open.Remove(connection);
            if (--_held[KeyOf(connection.Holder)] == 0)
                _held.Remove(KeyOf(connection.Holder));
        }
    }

    private static (HolderKind Kind, string Name) KeyOf(ConnectionHolder holder) => (holder.Kind, holder.Name);

    private void EndAll()
    {
        lock (_lock)
        {
            _isStopping = true;
            foreach (var connection in _open)
                connection.End();
        }
    }
}

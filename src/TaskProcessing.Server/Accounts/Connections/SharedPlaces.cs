namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>
/// The places for waiting of this server, out of those that a holder may have at all servers. A place that is free again is kept for a
/// moment: waits that follow each other cost no statement.
/// </summary>
internal sealed class SharedPlaces(IPlaceStore store)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ConnectionHolder, Places> _byHolder = [];

    /// <summary>True when this server has places in the database.</summary>
    public bool HasTaken
    {
        get
        {
            lock (_lock)
                return _byHolder.Count > 0;
        }
    }

    /// <summary>Takes a place, which is to be left again.</summary>
    /// <param name="holder">Its credential does not matter.</param>
    /// <param name="limit">The limit of places at all servers together; 0 is no limit.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the limit is reached.</returns>
    public async ValueTask<bool> TryEnterAsync(ConnectionHolder holder, int limit, CancellationToken cancellationToken)
    {
        if (limit == 0 || !store.AreShared)
            return true;

        Places? places;
        lock (_lock)
        {
            if (!_byHolder.TryGetValue(KeyOf(holder), out places))
                _byHolder[KeyOf(holder)] = places = new Places();
            if (places.TryUse())
                return true;
            places.Waiting++;
        }

        try
        {
            await places.Turn.WaitAsync(cancellationToken);
        }
        catch
        {
            lock (_lock)
                places.Waiting--;
            throw;
        }

        try
        {
            int wanted;
            lock (_lock)
            {
                if (places.TryUse())
                    return true;
                wanted = places.Taken + 1;
            }

            if (!await store.TryTakeAsync(NameOf(holder), wanted, limit, cancellationToken))
                return false;

            lock (_lock)
            {
                places.Taken = wanted;
                return places.TryUse();
            }
        }
        finally
        {
            lock (_lock)
                places.Waiting--;
            places.Turn.Release();
        }
    }

    /// <summary>Leaves a place.</summary>
    public void Leave(ConnectionHolder holder)
    {
        lock (_lock)
        {
            if (_byHolder.TryGetValue(KeyOf(holder), out var places) && places.InUse > 0)
                places.InUse--;
        }
    }

    /// <summary>Gives places back that were not used since the last call.</summary>
    public async Task GiveUnusedBackAsync(CancellationToken cancellationToken)
    {
        List<KeyValuePair<ConnectionHolder, Places>> all;
        lock (_lock)
            all = [.. _byHolder];
        foreach (var (holder, places) in all)
        {
            await places.Turn.WaitAsync(cancellationToken);
            try
            {
                await GiveUnusedBackAsync(holder, places, cancellationToken);
            }
            finally
            {
                places.Turn.Release();
            }
        }
    }

    private async Task GiveUnusedBackAsync(ConnectionHolder holder, Places places, CancellationToken cancellationToken)
    {
        int kept;
        lock (_lock)
        {
            kept = Math.Max(places.MostInUse, places.InUse);
            places.MostInUse = places.InUse;
            if (kept > 0 && kept >= places.Taken)
                return;
            // Before it is said to the database: who comes now waits for the turn.
            places.Taken = kept;
        }

        if (kept > 0)
        {
            await store.TryTakeAsync(NameOf(holder), kept, int.MaxValue, cancellationToken);
            return;
        }

        await store.GiveBackAsync(NameOf(holder), cancellationToken);
        lock (_lock)
        {
            if (places is { Taken: 0, Waiting: 0 })
                _byHolder.Remove(holder);
        }
    }

    private static ConnectionHolder KeyOf(ConnectionHolder holder) => holder with { Credential = null };

    private static string NameOf(ConnectionHolder holder) => $"{holder.Kind} {holder.Name}";

    /// <summary>The places of a holder at this server. Used under the lock; the turn is for who speaks with the database.</summary>
    private sealed class Places
    {
        public SemaphoreSlim Turn { get; } = new(1);

        /// <summary>The number in the database.</summary>
        public int Taken { get; set; }

        public int InUse { get; set; }

        /// <summary>The most that were in use since the last look.</summary>
        public int MostInUse { get; set; }

        /// <summary>How many wait for the turn.</summary>
        public int Waiting { get; set; }

        public bool TryUse()
        {
            if (InUse >= Taken)
                return false;

            InUse++;
            MostInUse = Math.Max(MostInUse, InUse);
            return true;
        }
    }
}

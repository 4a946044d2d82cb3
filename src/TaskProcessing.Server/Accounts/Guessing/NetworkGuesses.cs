namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>The wrong logins of one network, as the times of their expiry. Used under its own lock.</summary>
internal sealed class NetworkGuesses
{
    private readonly Dictionary<string, Attempts> _byName = [];

    /// <summary>True when the whole record was removed and no longer counts.</summary>
    public bool IsRemoved { get; set; }

    /// <summary>The end of the block on all names that was told last.</summary>
    public long AllListedUntil { get; set; }

    public bool IsEmpty => _byName.Count == 0;

    public void Add(string name, long expiry)
    {
        if (!_byName.TryGetValue(name, out var attempts))
            _byName[name] = attempts = new Attempts();
        attempts.Expiries.Enqueue(expiry);
        attempts.Last = expiry;
    }

    /// <summary>Takes the last count of a name back.</summary>
    public void TakeBack(string name)
    {
        if (!_byName.TryGetValue(name, out var attempts))
            return;

        if (attempts.Expiries.Count <= 1)
        {
            _byName.Remove(name);
            return;
        }

        // All but the last one, which is the one whose expiry is the latest.
        var kept = attempts.Expiries.Take(attempts.Expiries.Count - 1).ToList();
        _byName.Remove(name);
        foreach (var expiry in kept)
            Add(name, expiry);
    }

    /// <summary>The time when the name may be tried again; 0 when it may be tried now.</summary>
    public long BlockedUntil(string name, int maxAttempts, long now)
    {
        if (!_byName.TryGetValue(name, out var attempts))
            return 0;

        attempts.DropExpired(now);
        return attempts.Expiries.Count >= maxAttempts ? attempts.Expiries.Peek() : 0;
    }

    /// <summary>The time when few enough names are left; 0 when there are few enough now.</summary>
    public long AllBlockedUntil(int maxNames, long now)
    {
        if (_byName.Count < maxNames)
            return 0;

        DropExpired(now);
        var excess = _byName.Count - maxNames;
        return excess < 0 ? 0 : _byName.Values.Select(attempts => attempts.Last).Order().ElementAt(excess);
    }

    /// <summary>Forgets a name, or all that are not blocked themselves.</summary>
    public void Remove(string? name, int maxAttempts)
    {
        if (name is not null)
        {
            _byName.Remove(name);
            return;
        }

        AllListedUntil = 0;
        foreach (var (other, attempts) in _byName)
        {
            if (attempts.Expiries.Count < maxAttempts)
                _byName.Remove(other);
        }
    }

    public void DropExpired(long now)
    {
        foreach (var (name, attempts) in _byName)
        {
            if (attempts.Last <= now)
                _byName.Remove(name);
        }
    }

    private sealed class Attempts
    {
        public Queue<long> Expiries { get; } = new();

        public long Last { get; set; }

        public void DropExpired(long now)
        {
            while (Expiries.TryPeek(out var expiry) && expiry <= now)
                Expiries.Dequeue();
        }
    }
}

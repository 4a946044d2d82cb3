namespace TaskProcessing.Server.Http.RateLimiting;

/// <summary>
/// Keeps the callers that met a rate limit of this process within the last hour, for administrators. Bounded: beyond the limit it
/// forgets the callers that were refused longest ago. Safe for concurrent use.
/// </summary>
internal sealed class RateLimitHits(TimeProvider time)
{
    private const int MaxCallers = 1000;

    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();

    /// <summary>The latest last.</summary>
    private readonly LinkedList<RateLimitHit> _hits = [];
    private readonly Dictionary<(string Limit, string Caller), LinkedListNode<RateLimitHit>> _places = [];

    public void Record(string limit, string caller)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            var count = 1;
            if (_places.Remove((limit, caller), out var known))
            {
                count += now - known.Value.LastAt < Memory ? known.Value.Count : 0;
                _hits.Remove(known);
            }

            _places[(limit, caller)] = _hits.AddLast(new RateLimitHit(limit, caller, count, now));
            while (_hits.Count > MaxCallers || now - _hits.First!.Value.LastAt >= Memory)
                Forget(_hits.First!);
        }
    }

    /// <returns>The latest first.</returns>
    public IReadOnlyList<RateLimitHit> List()
    {
        var now = time.GetUtcNow();
        lock (_lock)
            return [.. _hits.Where(hit => now - hit.LastAt < Memory).Reverse()];
    }

    private void Forget(LinkedListNode<RateLimitHit> place)
    {
        _places.Remove((place.Value.Limit, place.Value.Caller));
        _hits.Remove(place);
    }
}

/// <param name="Limit">The limit's name: schedule or fetch.</param>
/// <param name="Caller">Who: <c>user alice</c>, <c>guest 192.0.2.7/32</c>, <c>app notes</c>.</param>
/// <param name="Count">How often it was refused, each time less than an hour after the last.</param>
/// <param name="LastAt">When it was refused last.</param>
internal sealed record RateLimitHit(string Limit, string Caller, int Count, DateTimeOffset LastAt);

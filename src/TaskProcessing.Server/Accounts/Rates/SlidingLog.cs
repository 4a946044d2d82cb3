using System.Collections.Concurrent;

namespace TaskProcessing.Server.Accounts.Rates;

/// <summary>
/// Counts events per key over a sliding period, exactly: every event is remembered until it is a whole period old. Kept
/// in memory, for the one server of a database that is a file.
/// </summary>
internal sealed class SlidingLog(TimeProvider time) : IRateCounter
{
    /// <summary>The number of events between two sweeps for keys whose events have all expired.</summary>
    private const int SweepEvery = 4096;

    private readonly ConcurrentDictionary<string, Queue<long>> _expiries = new();
    private int _sinceSweep;

    public ValueTask<TimeSpan?> TryCountAsync(string key, int limit, TimeSpan period, CancellationToken cancellationToken) =>
        new(TryCount(key, limit, period));

    public TimeSpan? TryCount(string key, int limit, TimeSpan period)
    {
        var now = time.GetTimestamp();
        if (Interlocked.Increment(ref _sinceSweep) % SweepEvery == 0)
            Sweep(now);

        while (true)
        {
            var expiries = _expiries.GetOrAdd(key, static _ => new Queue<long>());
            lock (expiries)
            {
                // A sweep may just have taken the empty queue out.
                if (!_expiries.TryGetValue(key, out var current) || current != expiries)
                    continue;

                DropExpired(expiries, now);
                if (expiries.Count >= limit)
                    return expiries.Count == 0 ? period : time.GetElapsedTime(now, expiries.Peek());

                expiries.Enqueue(now + (long)(period.TotalSeconds * time.TimestampFrequency));
                return null;
            }
        }
    }

    public Task RemoveExpiredAsync(CancellationToken cancellationToken)
    {
        Sweep(time.GetTimestamp());
        return Task.CompletedTask;
    }

    private void Sweep(long now)
    {
        foreach (var (key, expiries) in _expiries)
        {
            lock (expiries)
            {
                DropExpired(expiries, now);
                if (expiries.Count == 0)
                    _expiries.TryRemove(key, out _);
            }
        }
    }

    private static void DropExpired(Queue<long> expiries, long now)
    {
        while (expiries.TryPeek(out var expiry) && expiry <= now)
            expiries.Dequeue();
    }
}

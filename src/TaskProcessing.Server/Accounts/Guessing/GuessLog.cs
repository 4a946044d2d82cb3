using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Counts wrong logins for each network and name, and computes the time of a block. A right login does not clear the
/// counts: behind a shared address it may be another person's. Kept in memory, within bounds, so each process counts for
/// itself.
/// </summary>
internal sealed class GuessLog(IOptions<BruteForceOptions> options, TimeProvider time)
{
    /// <summary>As many networks are watched; beyond that, half of them are forgotten.</summary>
    private const int MaxNetworks = 20_000;

    /// <summary>As many begun blocks wait to be written down; the others still hold, but are not listed.</summary>
    private const int MaxBegun = 1000;

    private readonly BruteForceOptions _options = options.Value;
    private readonly long _period = (long)(options.Value.PeriodSeconds * time.TimestampFrequency);
    private readonly ConcurrentDictionary<string, NetworkGuesses> _networks = new();
    private readonly ConcurrentQueue<BegunBlock> _begun = new();

    /// <summary>The number of watched networks.</summary>
    public int NetworkCount => _networks.Count;

    /// <summary>
    /// The time until an unknown secret may be tried for the name from the network; null when it may be tried now.
    /// </summary>
    /// <param name="network">The caller's network.</param>
    /// <param name="name">A login name's key or a <see cref="GuessedName"/>.</param>
    /// <param name="countsOtherNames">True when failures of the network with other names count too.</param>
    public TimeSpan? Wait(string network, string name, bool countsOtherNames = true)
    {
        if (!_options.Enabled || !_networks.TryGetValue(network, out var guesses))
            return null;

        lock (guesses)
        {
            var now = time.GetTimestamp();
            var until = Math.Max(
                guesses.BlockedUntil(name, _options.MaxAttempts, now),
                countsOtherNames ? guesses.AllBlockedUntil(_options.MaxNames, now) : 0
            );
            return until > now ? time.GetElapsedTime(now, until) : null;
        }
    }

    /// <summary>Counts a wrong login.</summary>
    public void Failed(string network, string name)
    {
        if (!_options.Enabled)
            return;
        if (_networks.Count >= MaxNetworks)
            Sweep();

        while (true)
        {
            var guesses = _networks.GetOrAdd(network, static _ => new NetworkGuesses());
            lock (guesses)
            {
                // A sweep may just have taken it out.
                if (guesses.IsRemoved)
                    continue;

                var now = time.GetTimestamp();
                if (guesses.BlockedUntil(name, _options.MaxAttempts, now) > now)
                    return;

                var wasOpen = guesses.AllBlockedUntil(_options.MaxNames, now) == 0;
                guesses.Add(name, now + _period);
                if (guesses.BlockedUntil(name, _options.MaxAttempts, now) is var until and > 0)
                    Record(network, name, time.GetElapsedTime(now, until));
                if (wasOpen && guesses.AllBlockedUntil(_options.MaxNames, now) is var allUntil and > 0)
                    Record(network, null, time.GetElapsedTime(now, allUntil));
                return;
            }
        }
    }

    /// <summary>Ends a block, and removes its counts.</summary>
    public void Lift(string network, string? name)
    {
        if (!_networks.TryGetValue(network, out var guesses))
            return;

        lock (guesses)
            guesses.Remove(name, _options.MaxAttempts);
    }

    /// <summary>The blocks that began since the last call.</summary>
    public IReadOnlyList<BegunBlock> TakeBegun()
    {
        var begun = new List<BegunBlock>();
        while (begun.Count < MaxBegun && _begun.TryDequeue(out var block))
            begun.Add(block);
        return begun;
    }

    /// <summary>For blocks that were taken and could not be written down.</summary>
    public void PutBack(IEnumerable<BegunBlock> blocks)
    {
        foreach (var block in blocks)
            Record(block);
    }

    /// <summary>
    /// Removes counts that are older than the period; during an attack from many networks also half of the rest.
    /// </summary>
    public void Sweep()
    {
        var now = time.GetTimestamp();
        foreach (var (network, guesses) in _networks)
        {
            lock (guesses)
            {
                guesses.DropExpired(now);
                if (guesses.IsEmpty)
                    Remove(network, guesses);
            }
        }

        if (_networks.Count < MaxNetworks)
            return;

        foreach (var (network, guesses) in _networks.Take(MaxNetworks / 2).ToList())
        {
            lock (guesses)
                Remove(network, guesses);
        }
    }

    private void Remove(string network, NetworkGuesses guesses)
    {
        guesses.IsRemoved = true;
        _networks.TryRemove(network, out _);
    }

    private void Record(string network, string? name, TimeSpan wait)
    {
        var now = time.GetUtcNow();
        Record(new BegunBlock(network, name, now, now + wait));
    }

    private void Record(BegunBlock block)
    {
        if (_begun.Count < MaxBegun)
            _begun.Enqueue(block);
    }
}

/// <summary>A block that has begun in this process.</summary>
internal sealed record BegunBlock(string Network, string? Name, DateTimeOffset BeganAt, DateTimeOffset EndsAt);

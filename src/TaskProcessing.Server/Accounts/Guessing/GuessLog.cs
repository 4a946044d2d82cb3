using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>Counts wrong logins in memory, within bounds, for the one server of a database that is a file.</summary>
internal sealed class GuessLog(IOptions<BruteForceOptions> options, TimeProvider time) : IGuessCounter
{
    /// <summary>As many networks are watched; beyond that, half of them are forgotten.</summary>
    private const int MaxNetworks = 20_000;

    private readonly BruteForceOptions _options = options.Value;
    private readonly long _period = (long)(options.Value.PeriodSeconds * time.TimestampFrequency);
    private readonly ConcurrentDictionary<string, NetworkGuesses> _networks = new();
    private readonly BegunBlocks _begun = new(time);

    public bool IsShared => false;

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
            return Wait(guesses, name, countsOtherNames);
    }

    public ValueTask<TimeSpan?> TryBeginAsync(string network, string name, bool countsOtherNames, CancellationToken cancellationToken) =>
        new(TryBegin(network, name, countsOtherNames));

    public ValueTask RightAsync(string network, string name, CancellationToken cancellationToken)
    {
        Visit(network, guesses => guesses.TakeBack(name));
        return ValueTask.CompletedTask;
    }

    public ValueTask WrongAsync(string network, string name, CancellationToken cancellationToken)
    {
        Wrong(network, name);
        return ValueTask.CompletedTask;
    }

    /// <summary>Counts a wrong login.</summary>
    public void Failed(string network, string name)
    {
        if (TryBegin(network, name, countsOtherNames: false) is null)
            Wrong(network, name);
    }

    private TimeSpan? TryBegin(string network, string name, bool countsOtherNames)
    {
        if (!_options.Enabled)
            return null;
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

                if (Wait(guesses, name, countsOtherNames) is { } wait)
                    return wait;

                guesses.Add(name, time.GetTimestamp() + _period);
                return null;
            }
        }
    }

    private void Wrong(string network, string name) =>
        Visit(
            network,
            guesses =>
            {
                var now = time.GetTimestamp();
                if (guesses.BlockedUntil(name, _options.MaxAttempts, now) is var until and > 0)
                    _begun.Add(network, name, time.GetElapsedTime(now, until));
                if (guesses.AllBlockedUntil(_options.MaxNames, now) is var allUntil and > 0 && guesses.AllListedUntil <= now)
                {
                    guesses.AllListedUntil = allUntil;
                    _begun.Add(network, null, time.GetElapsedTime(now, allUntil));
                }
            }
        );

    private void Visit(string network, Action<NetworkGuesses> visit)
    {
        if (!_networks.TryGetValue(network, out var guesses))
            return;

        lock (guesses)
            visit(guesses);
    }

    private TimeSpan? Wait(NetworkGuesses guesses, string name, bool countsOtherNames)
    {
        var now = time.GetTimestamp();
        var until = Math.Max(
            guesses.BlockedUntil(name, _options.MaxAttempts, now),
            countsOtherNames ? guesses.AllBlockedUntil(_options.MaxNames, now) : 0
        );
        return until > now ? time.GetElapsedTime(now, until) : null;
    }

    public Task LiftAsync(string network, string? name, CancellationToken cancellationToken)
    {
        Lift(network, name);
        return Task.CompletedTask;
    }

    /// <summary>Ends a block, and removes its counts.</summary>
    public void Lift(string network, string? name) => Visit(network, guesses => guesses.Remove(name, _options.MaxAttempts));

    public void Forget() { }

    public Task SweepAsync(CancellationToken cancellationToken)
    {
        Sweep();
        return Task.CompletedTask;
    }

    public IReadOnlyList<BegunBlock> TakeBegun() => _begun.Take();

    public void PutBack(IEnumerable<BegunBlock> blocks)
    {
        foreach (var block in blocks)
            _begun.Add(block);
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
}

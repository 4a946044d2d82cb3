using System.Collections.Concurrent;

namespace TaskProcessing.Server.Accounts.Guessing;

/// <summary>
/// Remembers the credentials that were right, with their network, so that guesses of others block no working client. They
/// may be wrong by now. The least recently used ones are forgotten first.
/// </summary>
internal sealed class RememberedLogins
{
    private const int Capacity = 50_000;

    private readonly KeyedDigest _digests = new();
    private ConcurrentDictionary<KeyedDigest.Digest, bool> _recent = new();
    private ConcurrentDictionary<KeyedDigest.Digest, bool> _older = new();

    public bool Contains(string network, string name, string secret)
    {
        var digest = _digests.Of(network, name, secret);
        return Volatile.Read(ref _recent).ContainsKey(digest) || Volatile.Read(ref _older).ContainsKey(digest);
    }

    public void Add(string network, string name, string secret)
    {
        var recent = Volatile.Read(ref _recent);
        if (!recent.TryAdd(_digests.Of(network, name, secret), true) || recent.Count <= Capacity)
            return;

        // A concurrent caller loses at most a few entries.
        if (Interlocked.CompareExchange(ref _recent, new(), recent) == recent)
            Volatile.Write(ref _older, recent);
    }

    /// <summary>Called when the credentials turn out to be wrong by now.</summary>
    public void Remove(string network, string name, string secret)
    {
        var digest = _digests.Of(network, name, secret);
        Volatile.Read(ref _recent).TryRemove(digest, out _);
        Volatile.Read(ref _older).TryRemove(digest, out _);
    }
}

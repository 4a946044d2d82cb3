using System.Collections.Concurrent;

namespace TaskProcessing.Server.Accounts;

/// <summary>
/// Remembers for a while which credentials were found good, so that a client that polls does not cost a password hash
/// each time. An entry counts for the network that it was made for: elsewhere, a guess must not be answered from here.
/// </summary>
internal sealed class CredentialCache(TimeProvider time)
{
    /// <summary>The longest that another process's change stays unnoticed, should the notice fail.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private const int Capacity = 10_000;

    private readonly KeyedDigest _digests = new();
    private readonly ConcurrentDictionary<KeyedDigest.Digest, (VerifiedAccount Account, long Expires)> _entries = new();

    /// <summary>
    /// Raised by every <see cref="Clear"/>, so that no result of a verification from before a change is added after it.
    /// </summary>
    private int _generation;

    public int Generation => Volatile.Read(ref _generation);

    public VerifiedAccount? Find(string network, string user, string secret) =>
        _entries.TryGetValue(_digests.Of(network, user, secret), out var entry) && entry.Expires > time.GetTimestamp()
            ? entry.Account
            : null;

    /// <param name="network">The caller's network.</param>
    /// <param name="user">The login name, empty for a bare token.</param>
    /// <param name="secret">The password or token.</param>
    /// <param name="account">The account of the credentials.</param>
    /// <param name="generation">The <see cref="Generation"/> from before the verification.</param>
    public void Add(string network, string user, string secret, VerifiedAccount account, int generation)
    {
        if (_entries.Count >= Capacity)
            _entries.Clear();
        if (generation == Generation)
            _entries[_digests.Of(network, user, secret)] = (
                account,
                time.GetTimestamp() + (long)(Lifetime.TotalSeconds * time.TimestampFrequency)
            );
    }

    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _entries.Clear();
    }
}

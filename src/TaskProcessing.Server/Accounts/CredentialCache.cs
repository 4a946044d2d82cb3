using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TaskProcessing.Server.Accounts;

/// <summary>
/// Remembers for a while which credentials were found good, so that a client that polls does not cost a password hash
/// each time. Keeps no secret: the key is a keyed hash whose key dies with the process.
/// </summary>
internal sealed class CredentialCache(TimeProvider time)
{
    /// <summary>The longest that another process's change stays unnoticed, should the notice fail.</summary>
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(1);
    private const int Capacity = 10_000;

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<Digest, (VerifiedAccount Account, long Expires)> _entries = new();

    /// <summary>Raised by every <see cref="Clear"/>: what was verified before a change must not be remembered after it.</summary>
    private int _generation;

    public int Generation => Volatile.Read(ref _generation);

    public VerifiedAccount? Find(string user, string secret) =>
        _entries.TryGetValue(Key(user, secret), out var entry) && entry.Expires > time.GetTimestamp() ? entry.Account : null;

    /// <param name="user">The login name, empty for a bare token.</param>
    /// <param name="secret">The password or token.</param>
    /// <param name="account">Whom they log in.</param>
    /// <param name="generation">The <see cref="Generation"/> from before the verification.</param>
    public void Add(string user, string secret, VerifiedAccount account, int generation)
    {
        if (_entries.Count >= Capacity)
            _entries.Clear();
        if (generation == Generation)
            _entries[Key(user, secret)] = (account, time.GetTimestamp() + (long)(Lifetime.TotalSeconds * time.TimestampFrequency));
    }

    public void Clear()
    {
        Interlocked.Increment(ref _generation);
        _entries.Clear();
    }

    /// <summary>A plain hash behind the key does: nobody ever sees it, and it costs a third of an HMAC.</summary>
    private Digest Key(string user, string secret)
    {
        var name = MemoryMarshal.AsBytes(user.AsSpan());
        var text = MemoryMarshal.AsBytes(secret.AsSpan());
        var length = _key.Length + sizeof(int) + name.Length + text.Length;
        var all = length <= 512 ? stackalloc byte[length] : new byte[length];
        _key.CopyTo(all);
        MemoryMarshal.Write(all[_key.Length..], name.Length);
        name.CopyTo(all[(_key.Length + sizeof(int))..]);
        text.CopyTo(all[(length - text.Length)..]);

        var digest = default(Digest);
        SHA256.HashData(all, MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    /// <summary>The 256 bits of a hash.</summary>
    private readonly record struct Digest(UInt128 First, UInt128 Second);
}

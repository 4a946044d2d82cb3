using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;

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
    private readonly ConcurrentDictionary<string, (Account Account, long Expires)> _entries = new();

    /// <summary>Raised by every <see cref="Clear"/>: what was verified before a change must not be remembered after it.</summary>
    private int _generation;

    public int Generation => Volatile.Read(ref _generation);

    public Account? Find(string user, string secret) =>
        _entries.TryGetValue(Key(user, secret), out var entry) && entry.Expires > time.GetTimestamp() ? entry.Account : null;

    /// <param name="user">The login name, empty for a bare token.</param>
    /// <param name="secret">The password or token.</param>
    /// <param name="account">Whom they log in.</param>
    /// <param name="generation">The <see cref="Generation"/> from before the verification.</param>
    public void Add(string user, string secret, Account account, int generation)
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

    private string Key(string user, string secret)
    {
        var text = Encoding.UTF8.GetBytes($"{user.Length}:{user}{secret}");
        return Convert.ToBase64String(HMACSHA256.HashData(_key, text));
    }
}

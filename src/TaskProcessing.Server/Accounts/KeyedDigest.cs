using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace TaskProcessing.Server.Accounts;

/// <summary>Recognises credentials without keeping them: the key of the digests dies with the process.</summary>
internal sealed class KeyedDigest
{
    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);

    /// <summary>A plain hash with the key in front suffices: it never leaves the process, and it costs a third of an HMAC.</summary>
    public Digest Of(string network, string name, string secret)
    {
        var first = MemoryMarshal.AsBytes(network.AsSpan());
        var second = MemoryMarshal.AsBytes(name.AsSpan());
        var third = MemoryMarshal.AsBytes(secret.AsSpan());
        var length = _key.Length + (2 * sizeof(int)) + first.Length + second.Length + third.Length;
        var all = length <= 512 ? stackalloc byte[length] : new byte[length];
        _key.CopyTo(all);
        // The lengths keep texts apart that would be the same one behind the other.
        MemoryMarshal.Write(all[_key.Length..], first.Length);
        MemoryMarshal.Write(all[(_key.Length + sizeof(int))..], second.Length);
        var texts = all[(_key.Length + (2 * sizeof(int)))..];
        first.CopyTo(texts);
        second.CopyTo(texts[first.Length..]);
        third.CopyTo(texts[(first.Length + second.Length)..]);

        var digest = default(Digest);
        SHA256.HashData(all, MemoryMarshal.AsBytes(new Span<Digest>(ref digest)));
        return digest;
    }

    /// <summary>The 256 bits of a hash.</summary>
    public readonly record struct Digest(UInt128 First, UInt128 Second);
}

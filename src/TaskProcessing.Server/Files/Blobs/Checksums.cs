using System.Security.Cryptography;

namespace TaskProcessing.Server.Files.Blobs;

/// <summary>
/// The checksums that a sender names (<c>OC-Checksum</c>), and those of the received content. Kinds other than MD5, SHA1
/// and SHA256 are neither checked nor kept.
/// </summary>
internal sealed class Checksums : IDisposable
{
    private readonly List<(string Name, string Value)> _sent = [];
    private readonly Dictionary<string, IncrementalHash> _hashes = [];

    /// <param name="sent">Such as <c>SHA1:…</c>; several are parted by blanks. Null for none.</param>
    public Checksums(string? sent)
    {
        foreach (var checksum in (sent ?? "").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))
        {
            var name = checksum.Split(':')[0].ToUpperInvariant();
            // Not for security: a sender finds out with them that bytes were damaged on the way.
            HashAlgorithmName? algorithm = name switch
            {
                "MD5" => HashAlgorithmName.MD5,
                "SHA1" => HashAlgorithmName.SHA1,
                "SHA256" => HashAlgorithmName.SHA256,
                _ => null,
            };
            if (algorithm is not { } known)
                continue;

            _sent.Add((name, checksum[Math.Min(name.Length + 1, checksum.Length)..]));
            if (!_hashes.ContainsKey(name))
                _hashes[name] = IncrementalHash.CreateHash(known);
        }
    }

    /// <summary>The checksums of the received content, in the form of the header; null when the sender named none.</summary>
    public string? Found => _hashes.Count == 0 ? null : string.Join(' ', _hashes.Select(hash => $"{hash.Key}:{Of(hash.Key)}"));

    /// <summary>True when the received content has the checksums that the sender named.</summary>
    public bool Match => _sent.TrueForAll(sent => Of(sent.Name).Equals(sent.Value, StringComparison.OrdinalIgnoreCase));

    public void Append(ReadOnlySpan<byte> bytes)
    {
        foreach (var hash in _hashes.Values)
            hash.AppendData(bytes);
    }

    public void Dispose()
    {
        foreach (var hash in _hashes.Values)
            hash.Dispose();
    }

    private string Of(string name) => Convert.ToHexStringLower(_hashes[name].GetCurrentHash());
}

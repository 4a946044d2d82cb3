using System.Net;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// The hosts from which files are fetched that an endpoint answers as an address. A named host may have any address; a
/// host that only a pattern covers must have an address on the public internet, or in a named network.
/// </summary>
internal sealed class AllowedHosts(IReadOnlyCollection<string> entries)
{
    private const string All = "all";
    private const string AnyBelow = "*.";

    private readonly IPNetwork[] _networks = [.. entries.Select(PublicAddress.Network).OfType<IPNetwork>()];

    public static bool IsEntry(string text) =>
        text == All
        || IPNetwork.TryParse(text, out _)
        || Uri.CheckHostName(text.StartsWith(AnyBelow, StringComparison.Ordinal) ? text[AnyBelow.Length..] : text)
            != UriHostNameType.Unknown;

    /// <summary>True when an address with this host may be called at all.</summary>
    public bool Cover(string host) =>
        IsNamed(host)
        || entries.Contains(All)
        || entries.Any(entry =>
            entry.StartsWith(AnyBelow, StringComparison.Ordinal) && host.EndsWith(entry[1..], StringComparison.OrdinalIgnoreCase)
        )
        || (IPAddress.TryParse(host, out var address) && IsInNetwork(address));

    /// <param name="host">The name that the address was found by.</param>
    /// <param name="address">The address to connect to.</param>
    public bool Allow(string host, IPAddress address) => PublicAddress.IsOne(address) || IsNamed(host) || IsInNetwork(address);

    /// <summary>A host may be called "all" in somebody's network; the entry does not name it.</summary>
    private bool IsNamed(string host) =>
        !host.Equals(All, StringComparison.OrdinalIgnoreCase) && entries.Contains(host, StringComparer.OrdinalIgnoreCase);

    private bool IsInNetwork(IPAddress address) => _networks.Any(network => network.Contains(PublicAddress.Plain(address)));
}

using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Sdk.Primitives;

/// <summary>Tells addresses of the public internet from those that only some network can reach.</summary>
internal static class PublicAddress
{
    /// <summary>
    /// The networks that are not the public internet: this network, private, shared, loopback, link-local, assignments,
    /// documentation, benchmarks, multicast, reserved.
    /// </summary>
    private static readonly IPNetwork[] Special =
    [
        .. from text in new[]
        {
            "0.0.0.0/8",
            "10.0.0.0/8",
            "100.64.0.0/10",
            "127.0.0.0/8",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.0.2.0/24",
            "192.88.99.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15",
            "198.51.100.0/24",
            "203.0.113.0/24",
            "224.0.0.0/4",
            "240.0.0.0/4",
            // of the public part of IPv6: Teredo and other assignments, documentation, 6to4 (which hides an IPv4 address)
            "2001::/23",
            "2001:db8::/32",
            "2002::/16",
            "3fff::/20",
        }
        select IPNetwork.Parse(text),
    ];

    /// <summary>All public addresses of IPv6 are in here.</summary>
    private static readonly IPNetwork PublicIPv6 = IPNetwork.Parse("2000::/3");

    /// <summary>Networks without IPv4 reach IPv4 addresses by these: the last four bytes.</summary>
    private static readonly IPNetwork Nat64 = IPNetwork.Parse("64:ff9b::/96");

    public static bool IsOne(IPAddress address)
    {
        address = Plain(address);
        return (address.AddressFamily == AddressFamily.InterNetwork || PublicIPv6.Contains(address))
            && !Special.Any(network => network.Contains(address));
    }

    /// <summary>The IPv4 address that hides in one of IPv6.</summary>
    public static IPAddress Plain(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6)
            return address.MapToIPv4();

        return address.AddressFamily == AddressFamily.InterNetworkV6 && Nat64.Contains(address)
            ? new IPAddress(address.GetAddressBytes().AsSpan(12))
            : address;
    }

    /// <summary>A network, or an address as the network that has no other; null for any other text.</summary>
    public static IPNetwork? Network(string text)
    {
        if (IPNetwork.TryParse(text, out var network))
            return network;

        return IPAddress.TryParse(text, out var address)
            ? new IPNetwork(Plain(address), Plain(address).GetAddressBytes().Length * 8)
            : null;
    }
}

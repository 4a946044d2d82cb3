using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>
/// The network that identifies a caller without login: one IPv4 address, or the part of an IPv6 address that a customer
/// gets.
/// </summary>
internal static class CallerNetwork
{
    public static string Of(IPAddress? address, int ipv6PrefixLength)
    {
        if (address is null)
            return "unknown";
        if (address.IsIPv4MappedToIPv6)
            address = address.MapToIPv4();
        if (address.AddressFamily == AddressFamily.InterNetwork)
            return $"{address}/32";

        var bytes = address.GetAddressBytes();
        for (var bit = ipv6PrefixLength; bit < 128; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));

        return $"{new IPAddress(bytes)}/{ipv6PrefixLength}";
    }
}

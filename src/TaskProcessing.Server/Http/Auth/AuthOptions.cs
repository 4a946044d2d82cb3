using System.ComponentModel.DataAnnotations;
using System.Net;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>Section <c>Guests</c>: callers without login.</summary>
internal sealed class GuestOptions
{
    /// <summary>Whether callers without login may schedule and fetch tasks of their own. Default true; always off in the profile <c>Nextcloud</c>.</summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>Section <c>BruteForce</c>: the brake on guessed passwords.</summary>
internal sealed class BruteForceOptions
{
    /// <summary>Whether networks that failed too often are refused. Default true.</summary>
    public bool Enabled { get; set; } = true;

    /// <summary>How many wrong logins a network may make within the period. Default 10.</summary>
    [Range(1, 100_000)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>The period in seconds. Default 1800.</summary>
    [Range(1, 86_400)]
    public int PeriodSeconds { get; set; } = 1800;
}

/// <summary>Section <c>Proxies</c>: who may say which address a call comes from.</summary>
internal sealed class ProxyOptions : ICheckedOptions
{
    /// <summary>Addresses or networks (<c>10.0.0.0/8</c>) of reverse proxies whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> count. Default none.</summary>
    public List<string> Trusted { get; set; } = [];

    /// <summary>To how many bits an IPv6 address is cut to tell callers apart. Default 56.</summary>
    [Range(32, 64)]
    public int IPv6PrefixLength { get; set; } = 56;

    /// <summary>An address is the network of itself.</summary>
    /// <exception cref="FormatException">It is neither.</exception>
    public static IPNetwork ParseNetwork(string text)
    {
        if (text.Contains('/', StringComparison.Ordinal))
            return IPNetwork.Parse(text);

        var address = IPAddress.Parse(text);
        return new IPNetwork(address, address.GetAddressBytes().Length * 8);
    }

    public IEnumerable<(string Key, string Problem)> Problems() =>
        from entry in Trusted.Select((text, index) => (text, index))
        where !IPNetwork.TryParse(entry.text, out _) && !IPAddress.TryParse(entry.text, out _)
        select ($"{nameof(Trusted)}:{entry.index}", $"\"{entry.text}\" is neither an address nor a network like 10.0.0.0/8");
}

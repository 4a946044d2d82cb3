using System.ComponentModel.DataAnnotations;
using System.Net;

namespace TaskProcessing.Server.Http.Auth;

/// <summary>Section <c>Guests</c>: callers without login.</summary>
internal sealed class GuestOptions
{
    /// <summary>
    /// True when callers without login may schedule tasks and fetch their own. Default true; always off in the profile
    /// <c>Nextcloud</c>.
    /// </summary>
    public bool Enabled { get; set; } = true;
}

/// <summary>Section <c>Proxies</c>: the trusted proxies, whose headers name the client's address.</summary>
internal sealed class ProxyOptions : IValidatableObject
{
    /// <summary>
    /// Addresses or networks (<c>10.0.0.0/8</c>) of trusted reverse proxies: their <c>X-Forwarded-For</c>, <c>-Proto</c>
    /// and <c>-Host</c> count. Default none.
    /// </summary>
    public List<string> Trusted { get; set; } = [];

    /// <summary>The bits of an IPv6 address that tell callers apart. Default 56.</summary>
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

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from entry in Trusted.Select((text, index) => (text, index))
        where !IPNetwork.TryParse(entry.text, out _) && !IPAddress.TryParse(entry.text, out _)
        select new ValidationResult(
            $"\"{entry.text}\" is neither an address nor a network like 10.0.0.0/8",
            [$"{nameof(Trusted)}:{entry.index}"]
        );
}

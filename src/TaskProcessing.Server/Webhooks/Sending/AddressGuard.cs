using System.Net;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// Checks the address of a webhook: users choose it, and must not reach through this server a host that only its network
/// can reach.
/// </summary>
internal sealed class AddressGuard(IOptions<WebhookOptions> options)
{
    private readonly List<string> _allowed = options.Value.AllowedTargets;
    private readonly IPNetwork[] _allowedNetworks = [.. options.Value.AllowedTargets.Select(PublicAddress.Network).OfType<IPNetwork>()];

    /// <param name="host">The name that the address was found by.</param>
    /// <param name="address">The address to connect to.</param>
    public bool Allows(string host, IPAddress address)
    {
        address = PublicAddress.Plain(address);
        return PublicAddress.IsOne(address)
            || _allowed.Contains("all")
            || _allowed.Contains(host, StringComparer.OrdinalIgnoreCase)
            || _allowedNetworks.Any(network => network.Contains(address));
    }
}

using System.Net;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>
/// Whether proxies that pass requests on are named. Whether there is one shows only in requests, so this tells what follows from the
/// addresses to listen on.
/// </summary>
internal sealed class ProxyCheck : DoctorCheck
{
    /// <summary>A network as wide as a company's, or wider: half of it are no proxies.</summary>
    private const int WideBits = 8;

    public override string Name => "proxies";

    public override Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        var addresses = ListenAddresses.Of(patient.Configuration);
        var trusted = patient.Configuration.GetSection("Proxies:Trusted").Get<List<string>>() ?? [];
        var wide = trusted.Where(IsWide).ToList();
        IReadOnlyList<Finding> findings =
            wide.Count > 0
                ?
                [
                    Finding.Warning(
                        $"whoever calls from {string.Join(", ", wide)} is believed about who he is",
                        "name the proxies' own addresses in Proxies:Trusted"
                    ),
                ]
            : trusted.Count > 0 ? [Finding.Ok($"believed are {string.Join(", ", trusted)}")]
            : addresses.All(address => ListenAddresses.IsLocal(address))
                ?
                [
                    Finding.Ok(
                        "none is believed; if one on this machine passes requests on, name it (Proxies:Trusted:0=127.0.0.1), "
                            + "or all callers have its address"
                    ),
                ]
            : addresses.Any(address => address.Scheme == "http" && !ListenAddresses.IsLocal(address))
                ?
                [
                    Finding.Warning(
                        "other machines reach the server over http, and no proxy is believed: passwords go unencrypted, or all callers "
                            + "behind a proxy have its address",
                        "put a proxy with https before it and name it in Proxies:Trusted, or listen on https"
                    ),
                ]
            : [Finding.Ok("none is believed; callers come over https themselves")];
        return Task.FromResult(findings);
    }

    private static bool IsWide(string text) => IPNetwork.TryParse(text, out var network) && network.PrefixLength < WideBits;
}

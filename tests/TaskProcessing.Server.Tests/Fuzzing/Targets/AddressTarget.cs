using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Webhooks;
using TaskProcessing.Server.Webhooks.Sending;

namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>
/// Addresses of webhooks: however a host of the own network is written, the guard refuses it, and every address is read without an
/// error. Nothing is connected to, and no name is looked up but <c>localhost</c>.
/// </summary>
internal sealed class AddressTarget : IFuzzTarget, IDisposable
{
    private static readonly ImmutableArray<string> Schemes = ["http://", "https://", "HTTP://", "http:", "http:\\\\", "//", "ftp://", ""];

    private static readonly ImmutableArray<string> Methods = ["HTTP:GET", "HTTP:POST", "HTTP:PUT", "HTTP:DELETE", "AppAPI:a:POST"];

    private readonly AddressGuard _guard = new(Options.Create(new WebhookOptions()));
    private readonly HttpClient _http;
    private IPAddress? _letThrough;

    public AddressTarget() =>
        _http = new HttpClient(
            new SocketsHttpHandler
            {
                AllowAutoRedirect = false,
                UseProxy = false,
                ConnectCallback = new GuardedConnection(Allows, "none").OpenAsync,
            }
        );

    public string Name => "addresses";

    public async Task<Find?> TryAsync(Mutator mutator, CancellationToken cancellationToken)
    {
        var uri = $"{mutator.Pick(Schemes)}{mutator.Pick(Nasties.Hosts)}/hook";
        if (mutator.Chance(0.5))
            uri = mutator.Text(uri);
        if (mutator.Chance(0.2))
            uri = mutator.Path(uri);
        var method = mutator.Chance(0.9) ? mutator.Pick(Methods) : mutator.Text(mutator.Pick(Methods));
        var problem = await ProblemAsync(Text(method), Text(uri), cancellationToken);
        return problem is null ? null : new Find(problem, $"{method} {uri}");
    }

    public void Dispose() => _http.Dispose();

    public async Task<string?> ProblemAsync(string method, string uri, CancellationToken cancellationToken)
    {
        _letThrough = null;
        try
        {
            var target = WebhookTarget.Parse(method, uri);
            if (target.Place.Any(char.IsControl))
                return "a control character in the place that is shown";
            if (target is not WebhookTarget.Address address || !IsOfNoName(address.Uri))
                return null;

            using var request = new HttpRequestMessage(address.Method, address.Uri);
            using var answer = await _http.SendAsync(request, cancellationToken);
            return "connected";
        }
        catch (HttpRequestException)
        {
            return _letThrough is { } through && IsInside(through) ? $"{through} was let through" : null;
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            return $"{problem.GetType().Name}: {problem.Message}";
        }
    }

    private static string Text(string bytes) => Encoding.UTF8.GetString(Encoding.Latin1.GetBytes(bytes));

    private static bool IsOfNoName(Uri uri) =>
        uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 || uri.IdnHost.TrimEnd('.') == "localhost";

    /// <summary>Never allows a connection; keeps what the guard would have allowed.</summary>
    private bool Allows(string host, IPAddress address)
    {
        if (_guard.Allows(host, address))
            _letThrough = address;
        return false;
    }

    /// <summary>Told apart by their bytes, and not by the list of the guard.</summary>
    private static bool IsInside(IPAddress address)
    {
        var bytes = address.GetAddressBytes();
        if (address.AddressFamily == AddressFamily.InterNetworkV6)
        {
            // Neither unicast of the internet nor an IPv4 address in NAT64; mapped, compatible and 6to4 ones end here too.
            var isNat64 = bytes.AsSpan().StartsWith((ReadOnlySpan<byte>)[0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0]);
            if (address.IsIPv4MappedToIPv6 || isNat64)
                return IsInside(new IPAddress(bytes.AsSpan(12)));

            return bytes[0] >> 5 != 1 || (bytes[0] == 0x20 && bytes[1] == 2);
        }

        return bytes[0] is 0 or 10 or 127 or >= 224
            || (bytes[0] == 172 && bytes[1] >> 4 == 1)
            || (bytes[0] == 192 && bytes[1] == 168)
            || (bytes[0] == 169 && bytes[1] == 254)
            || (bytes[0] == 100 && bytes[1] >> 6 == 1);
    }
}

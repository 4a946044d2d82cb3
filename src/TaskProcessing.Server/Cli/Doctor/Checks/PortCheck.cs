using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Cli.Doctor.Checks;

/// <summary>Whether a server can listen, or listens already.</summary>
internal sealed class PortCheck : DoctorCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public override string Name => "ports";

    public override async Task<IReadOnlyList<Finding>> RunAsync(Patient patient, CancellationToken cancellationToken)
    {
        var addresses = ListenAddresses.Of(patient.Configuration);
        return addresses.Count == 0
            ? [Finding.NotChecked("no address to listen on is known")]
            : await Task.WhenAll(addresses.Select(address => LookAsync(address, cancellationToken)));
    }

    private static async Task<Finding> LookAsync(BindingAddress address, CancellationToken cancellationToken)
    {
        if (address.IsUnixPipe)
            return Finding.Ok($"{address} is no port");

        switch (TryBind(address))
        {
            case null:
                return Finding.Ok($"{address} is free: no server runs there");
            case SocketError.AddressAlreadyInUse:
                return await IsOursAsync(address, cancellationToken) switch
                {
                    true => Finding.Ok($"a server of this kind runs at {address}"),
                    false => Finding.Failed($"another program listens at {address}", "end it, or listen elsewhere with Urls"),
                    null => Finding.Warning(
                        $"a program listens at {address} whose certificate is not for that name, or not trusted here",
                        "see that it is this server"
                    ),
                };
            case SocketError.AccessDenied:
                return Finding.Failed(
                    $"{Environment.UserName} may not listen at {address}",
                    "take a port of 1024 or more and a proxy before it, or give the right (AmbientCapabilities=CAP_NET_BIND_SERVICE)"
                );
            case SocketError.AddressNotAvailable or SocketError.HostNotFound:
                return Finding.Failed($"this machine does not have the address of {address}", "correct Urls");
            case var error:
                return Finding.Failed($"{address} cannot be listened on: {error}", "correct Urls");
        }
    }

    private static SocketError? TryBind(BindingAddress address)
    {
        try
        {
            var ip =
                IPAddress.TryParse(address.Host.Trim('[', ']'), out var given) ? given
                : address.Host == "localhost" ? IPAddress.Loopback
                : IPAddress.Any;
            using var listener = new TcpListener(ip, address.Port);
            listener.Start();
            return null;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode;
        }
    }

    /// <summary>By its answer about its health, which is no secret. Null when its certificate keeps it from being asked.</summary>
    private static async Task<bool?> IsOursAsync(BindingAddress address, CancellationToken cancellationToken)
    {
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { Timeout = Patience };
        try
        {
            var own = OwnAddress.Read($"{address.Scheme}://{address.Host}:{address.Port}");
            using var health = JsonDocument.Parse(await client.GetStringAsync(new Uri(own!, "/health/live"), cancellationToken));
            return health.RootElement.TryGetProperty("status", out _) && health.RootElement.TryGetProperty("checks", out _);
        }
        catch (HttpRequestException error) when (error.InnerException is AuthenticationException)
        {
            return null;
        }
        catch (Exception error) when (error is HttpRequestException or JsonException or TaskCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return false;
        }
    }
}

using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Server.Webhooks.Sending;

/// <summary>
/// Opens the connections of webhooks: looks the name up, and connects to an address that the guard allows. The address
/// itself, not the name again: else whoever owns the name could answer differently the second time.
/// </summary>
internal sealed class GuardedConnection(AddressGuard guard)
{
    /// <summary>So that a dead address leaves time for the next one.</summary>
    private static readonly TimeSpan LongestForOneOfSeveral = TimeSpan.FromSeconds(5);

    /// <exception cref="TargetRefusedException">The guard allows none of the addresses.</exception>
    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host, out var literal) ? [literal] : await Dns.GetHostAddressesAsync(host, cancellationToken);
        var allowed = found.Where(address => guard.Allows(host, address)).ToList();
        if (allowed.Count == 0 && found.Length > 0)
        {
            var named = literal is null ? $" is {string.Join(" and ", found.Take(3).Select(address => address.ToString()))}," : " is";
            throw new TargetRefusedException($"{host}{named} an address that Webhooks:AllowedTargets does not allow");
        }

        Exception? failure = null;
        foreach (var address in allowed)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (allowed.Count > 1)
                limit.CancelAfter(LongestForOneOfSeveral);
            try
            {
                return await ConnectAsync(address, port, limit.Token);
            }
            catch (Exception error) when (error is SocketException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                failure = error;
            }
        }

        throw failure is SocketException ? failure : new SocketException((int)SocketError.TimedOut);
    }

    private static async Task<Stream> ConnectAsync(IPAddress address, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(address, port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>The guard does not let a webhook go where it was to go.</summary>
internal sealed class TargetRefusedException(string message) : IOException(message);

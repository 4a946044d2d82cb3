using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Sdk.Primitives;

/// <summary>
/// Opens connections to where others say: looks the name up, and connects to an address that the guard allows. It connects to the
/// address, not to the name: a second look-up of the name could give another address.
/// </summary>
/// <param name="allows">True when a connection to this resolved address is allowed.</param>
/// <param name="setting">The setting that allows more, for the words of a refusal.</param>
internal sealed class GuardedConnection(Func<string, IPAddress, bool> allows, string setting)
{
    /// <summary>So that a dead address leaves time for the next one.</summary>
    private static readonly TimeSpan LongestForOneOfSeveral = TimeSpan.FromSeconds(5);

    /// <exception cref="AddressRefusedException">None of the addresses is allowed.</exception>
    public async ValueTask<Stream> OpenAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host, out var literal)
            ? [literal]
            : await Dns.GetHostAddressesAsync(host, cancellationToken).ConfigureAwait(false);
        var allowed = found.Where(address => allows(host, address)).ToList();
        if (allowed.Count == 0 && found.Length > 0)
        {
            var named = literal is null ? $" is {string.Join(" and ", found.Take(3).Select(address => address.ToString()))}," : " is";
            throw new AddressRefusedException($"{host}{named} an address that {setting} does not allow");
        }

        Exception? failure = null;
        foreach (var address in allowed)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (allowed.Count > 1)
                limit.CancelAfter(LongestForOneOfSeveral);
            try
            {
                return await ConnectAsync(address, port, limit.Token).ConfigureAwait(false);
            }
            catch (Exception error)
                when (error is SocketException || (error is OperationCanceledException && !cancellationToken.IsCancellationRequested))
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
            await socket.ConnectAsync(address, port, cancellationToken).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

/// <summary>A connection may not go where it was to go.</summary>
internal sealed class AddressRefusedException(string message) : IOException(message);

using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging;

namespace TaskProcessing.Sdk.Workers.Listening;

/// <summary>
/// A small web server for the few calls of a server to its app: one request for each connection, no bodies, bounded in size, number and
/// time. <see cref="HttpListener"/> has no time limit for a head that never ends, and does not listen on both IPv4 and IPv6.
/// </summary>
internal sealed partial class AppListener(
    AppListenerOptions options,
    Func<AppRequest, CancellationToken, Task<AppAnswer>> answer,
    ILogger logger,
    TimeProvider time
) : IAsyncDisposable
{
    private const int MostIgnoredBytes = 64 * 1024;

    private static readonly TimeSpan LongestAnswer = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan PauseAfterFault = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _places = new(options.MaxConnections);
    private readonly ConcurrentDictionary<Task, bool> _open = new();
    private Socket _socket = null!;
    private Task _accepting = Task.CompletedTask;

    /// <summary>The address that is listened at.</summary>
    public IPEndPoint Endpoint => (IPEndPoint)_socket.LocalEndPoint!;

    /// <exception cref="SocketException">The address cannot be listened at.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var address = await AddressAsync(cancellationToken).ConfigureAwait(false);
        _socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            if (address.Equals(IPAddress.IPv6Any))
                _socket.DualMode = true;
            _socket.Bind(new IPEndPoint(address, options.Port!.Value));
            _socket.Listen();
        }
        catch (SocketException)
        {
            _socket.Dispose();
            throw;
        }

        Log.Listening(logger, Endpoint.ToString());
        _accepting = AcceptAsync();
    }

    /// <summary>Accepts nothing more, and lets requests end that are being answered, for as long as the token allows.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
        await Task.WhenAll(_open.Keys).WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        _stop.Dispose();
    }

    private async Task<IPAddress> AddressAsync(CancellationToken cancellationToken)
    {
        if (!IPAddress.TryParse(options.Host, out var address))
            address = (await Dns.GetHostAddressesAsync(options.Host, cancellationToken).ConfigureAwait(false))[0];
        return address.Equals(IPAddress.IPv6Any) && !Socket.OSSupportsIPv6 ? IPAddress.Any : address;
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            await _places.WaitAsync(_stop.Token).ConfigureAwait(false);
            try
            {
                var connection = await _socket.AcceptAsync(_stop.Token).ConfigureAwait(false);
                Track(ServeAsync(connection));
            }
            catch (SocketException fault)
            {
                // The caller went away at once, or the process has no file descriptor left.
                _places.Release();
                Log.NotAccepted(logger, fault.Message);
                await Task.Delay(PauseAfterFault, time, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private void Track(Task serving)
    {
        _open.TryAdd(serving, true);
        _ = serving.ContinueWith(
            done => _open.TryRemove(done, out _),
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default
        );
    }

    private async Task ServeAsync(Socket connection)
    {
        try
        {
            // Off the accepting thread at once.
            await Task.Yield();
            connection.NoDelay = true;
            var stream = new NetworkStream(connection, ownsSocket: true);
            await using (stream.ConfigureAwait(false))
                await ServeAsync(connection, stream).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is IOException or SocketException or OperationCanceledException)
        {
            // The caller went away, or was too slow.
        }
        catch (Exception exception)
        {
            Log.NotAnswered(logger, exception);
        }
        finally
        {
            connection.Dispose();
            _places.Release();
        }
    }

    private async Task ServeAsync(Socket connection, NetworkStream stream)
    {
        AppRequest? request;
        using (var slow = new CancellationTokenSource(options.RequestTimeout, time))
        using (var either = CancellationTokenSource.CreateLinkedTokenSource(slow.Token, _stop.Token))
            request = await AppRequest.ReadAsync(stream, either.Token).ConfigureAwait(false);

        using var longest = new CancellationTokenSource(LongestAnswer, time);
        var answered = request is null ? new AppAnswer(400, "{}") : await answer(request, longest.Token).ConfigureAwait(false);

        using var slowReader = new CancellationTokenSource(options.RequestTimeout, time);
        await stream.WriteAsync(Bytes(answered), slowReader.Token).ConfigureAwait(false);
        connection.Shutdown(SocketShutdown.Send);
        await IgnoreRestAsync(stream, slowReader.Token).ConfigureAwait(false);
    }

    /// <summary>A connection that is closed with unread bytes is reset, and the answer may be lost with it.</summary>
    private static async Task IgnoreRestAsync(NetworkStream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[4096];
        var ignored = 0;
        int read;
        while (ignored < MostIgnoredBytes && (read = await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            ignored += read;
    }

    private static byte[] Bytes(AppAnswer answered)
    {
        var body = Encoding.UTF8.GetBytes(answered.Json);
        var head = string.Create(
            CultureInfo.InvariantCulture,
            $"HTTP/1.1 {answered.Status} {(HttpStatusCode)answered.Status}\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {body.Length}\r\nCache-Control: no-store\r\nConnection: close\r\n\r\n"
        );
        return [.. Encoding.ASCII.GetBytes(head), .. body];
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Listening for the server at {Address}.")]
        public static partial void Listening(ILogger logger, string address);

        [LoggerMessage(LogLevel.Warning, "Could not accept a connection: {Reason}")]
        public static partial void NotAccepted(ILogger logger, string reason);

        [LoggerMessage(LogLevel.Error, "Could not answer a call of the server.")]
        public static partial void NotAnswered(ILogger logger, Exception exception);
    }
}

using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>A name server, whose answers may change with each look-up, as those of an attacker do.</summary>
internal sealed class NameServer : IDisposable
{
    private const ushort ForIPv6 = 28;

    private readonly Socket _socket;
    private readonly Func<string, int, IEnumerable<IPAddress>> _answer;
    private readonly ConcurrentDictionary<(string Name, ushort Type), int> _lookups = new();

    /// <param name="socket">Bound to port 53.</param>
    /// <param name="answer">The addresses of a name at its nth look-up, counted from 1.</param>
    public NameServer(Socket socket, Func<string, int, IEnumerable<IPAddress>> answer)
    {
        (_socket, _answer) = (socket, answer);
        _ = ServeAsync();
    }

    public static Socket Bind()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 53));
        return socket;
    }

    /// <summary>The number of look-ups of a name.</summary>
    public int Lookups(string name) => _lookups.GetValueOrDefault((name, (ushort)1));

    public void Dispose() => _socket.Dispose();

    private async Task ServeAsync()
    {
        var buffer = new byte[512];
        try
        {
            while (true)
            {
                var query = await _socket.ReceiveFromAsync(buffer, new IPEndPoint(IPAddress.Any, 0));
                await _socket.SendToAsync(Answer(buffer.AsSpan(0, query.ReceivedBytes)), query.RemoteEndPoint);
            }
        }
        catch (Exception error) when (error is ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private byte[] Answer(ReadOnlySpan<byte> query)
    {
        var labels = new List<string>();
        var end = 12;
        for (; query[end] != 0; end += query[end] + 1)
            labels.Add(Encoding.ASCII.GetString(query.Slice(end + 1, query[end])));
        var name = string.Join('.', labels);
        var type = BinaryPrimitives.ReadUInt16BigEndian(query[(end + 1)..]);
        var lookup = _lookups.AddOrUpdate((name, type), 1, (_, before) => before + 1);
        var found = _answer(name, lookup)
            .Where(address => (address.AddressFamily == AddressFamily.InterNetworkV6) == (type == ForIPv6))
            .Select(address => address.GetAddressBytes())
            .ToList();

        // The same id and question; an answer; one question, so many addresses; each names the question and holds for no time.
        List<byte> answer = [.. query[..2], 0x81, 0x80, 0, 1, 0, (byte)found.Count, 0, 0, 0, 0, .. query[12..(end + 5)]];
        foreach (var address in found)
            answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 0, 0, (byte)address.Length, .. address]);
        return [.. answer];
    }
}

using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Server.Tests.Support;

internal static class Loopback
{
    /// <summary>Systems take the ports of clients, and those of listeners that name none, from 32768 on, or higher.</summary>
    private const int FirstPort = 20_000;
    private const int Ports = 12_000;

    private static int _taken = Environment.ProcessId * 97;

    /// <summary>
    /// A port for a program that cannot say which one it chose. It was free a moment ago, is given once to this process, and
    /// is none that the system gives out by itself.
    /// </summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = FirstPort + (int)((uint)Interlocked.Increment(ref _taken) % Ports);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Another program listens there.
            }
        }
    }
}

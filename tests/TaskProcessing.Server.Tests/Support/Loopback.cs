using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Server.Tests.Support;

internal static class Loopback
{
    /// <summary>A port that was free a moment ago, for programs that cannot say which one they chose.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}

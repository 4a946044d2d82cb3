using System.Net.Sockets;

namespace Soak;

/// <summary>Connections on which nothing is ever said, for the sabotage.</summary>
internal sealed class HeldHandles : IDisposable
{
    private readonly List<TcpClient> _held = [];

    public async Task OpenAsync(Uri address, int count)
    {
        for (var opened = 0; opened < count; opened++)
        {
            var client = new TcpClient();
            _held.Add(client);
            await client.ConnectAsync(address.Host, address.Port);
        }
    }

    public void Dispose()
    {
        foreach (var client in _held)
            client.Dispose();
    }
}

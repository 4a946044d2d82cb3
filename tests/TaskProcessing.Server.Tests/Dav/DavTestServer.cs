using System.Net.Sockets;
using System.Text;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Dav;

/// <summary>Looks behind the face of a server under test.</summary>
internal static class DavTestServer
{
    /// <summary>All files of the blob store, unfinished ones too.</summary>
    public static IEnumerable<string> BlobFiles(this TestServer server)
    {
        var folder = Path.Combine(server.DataDirectory, "files");
        return Directory.Exists(folder) ? Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories) : [];
    }

    /// <summary>The number of blobs in the catalogue once an upload has begun; -1 before.</summary>
    public static int BlobsEntered(this TestServer server) =>
        Directory.Exists(Path.Combine(server.DataDirectory, "files"))
            ? server.Get<IBlobCatalogue>().ListAsync(CancellationToken.None).GetAwaiter().GetResult().Count
            : -1;

    /// <summary>Sends these bytes and hangs up.</summary>
    public static async Task SendRawAsync(this TestServer server, string text)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(text));
        await Eventually.BecomesTrue(() => server.BlobsEntered() > 0, "the start of the upload");
        client.Client.LingerState = new LingerOption(true, 0);
    }
}

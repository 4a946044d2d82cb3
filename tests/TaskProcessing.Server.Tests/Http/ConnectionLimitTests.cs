using System.Buffers.Binary;
using System.Net.Security;
using System.Net.Sockets;
using System.Text;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>What a client may do with connections, whatever it says on them.</summary>
public sealed class ConnectionLimitTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task More_connections_than_allowed_are_closed_until_one_ends()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Http:MaxConnections"] = "2" });
        using var first = await ConnectAsync(server);
        using var second = await ConnectAsync(server);
        (await IsAnsweredAsync(first)).Should().BeTrue();
        (await IsAnsweredAsync(second)).Should().BeTrue();

        server.ExpectedLog.Add("maximum number of concurrent connections");
        for (var more = 0; more < 20; more++)
        {
            using var third = await ConnectAsync(server);
            (await IsAnsweredAsync(third)).Should().BeFalse();
        }

        first.Dispose();
        var isAnswered = false;
        while (!isAnswered)
        {
            using var next = await ConnectAsync(server);
            isAnswered = await IsAnsweredAsync(next);
        }

        Lines(server, "concurrent connections").Should().Be(1, "a client cannot fill the log");
    }

    /// <summary>A client that opens streams of HTTP/2 and resets them at once costs work without ever having many open.</summary>
    [Fact]
    public async Task A_client_that_resets_its_streams_as_fast_as_it_opens_them_is_sent_away()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Urls"] = "https://127.0.0.1:0",
                ["Kestrel:Certificates:Default:Path"] = TestCertificate.Write(
                    Path.Combine(new TemporaryFolder().Path, "server.pfx"),
                    "geheim"
                ),
                ["Kestrel:Certificates:Default:Password"] = "geheim",
            }
        );
        // Kestrel names one of several limits, whichever was reached first.
        server.ExpectedLog.Add("Connection id");
        using var connection = await ConnectAsync(server);
        await using var tls = new SslStream(
            connection.GetStream(),
            false,
            (_, certificate, _, _) => certificate?.Subject == "CN=localhost"
        );
        await tls.AuthenticateAsClientAsync(
            new SslClientAuthenticationOptions { TargetHost = "localhost", ApplicationProtocols = [SslApplicationProtocol.Http2] },
            Token
        );

        await FloodAsync(tls).WaitAsync(TimeSpan.FromMinutes(1), Token);

        Lines(server, "Connection id").Should().BeLessThan(5, "a client cannot fill the log");
    }

    private static async Task<TcpClient> ConnectAsync(TestServer server)
    {
        var client = new TcpClient();
        await client.ConnectAsync(server.Address.Host, server.Address.Port, Token);
        return client;
    }

    private static async Task<bool> IsAnsweredAsync(TcpClient client)
    {
        try
        {
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes("GET /status.php HTTP/1.1\r\nHost: localhost\r\n\r\n"), Token);
            return await stream.ReadAsync(new byte[4096], Token) > 0;
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static int Lines(TestServer server, string part) => server.Log.Count(line => line.Contains(part));

    /// <summary>Ends when the server has closed the connection.</summary>
    private static async Task FloodAsync(SslStream tls)
    {
        // What the server sends meanwhile must not hold it up.
        var answers = tls.CopyToAsync(Stream.Null, Token);
        try
        {
            await tls.WriteAsync(Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), Token);
            await tls.WriteAsync(Frame(type: 4, flags: 0, stream: 0, []), Token);
            // GET https://localhost/ in HPACK, without its dynamic table.
            byte[] get = [0x82, 0x87, 0x84, 0x01, 9, .. "localhost"u8];
            for (var stream = 1; stream > 0; stream += 2)
                await tls.WriteAsync((byte[])[.. Frame(1, 0x5, stream, get), .. Frame(3, 0, stream, [0, 0, 0, 8])], Token);
        }
        catch (IOException)
        {
            await answers.ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private static byte[] Frame(byte type, byte flags, int stream, byte[] body)
    {
        var frame = new byte[9 + body.Length];
        (frame[1], frame[2], frame[3], frame[4]) = ((byte)(body.Length >> 8), (byte)body.Length, type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        body.CopyTo(frame, 9);
        return frame;
    }
}

using System.Net.Sockets;
using System.Text;
using TaskProcessing.Server.Tests.Contract;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Clients that send all of a body before they look for an answer, as Python's http.client does.</summary>
public sealed class UnreadBodyTests : IAsyncLifetime
{
    private const int TooLarge = 20 * 1024 * 1024;

    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await _server.AddUserAsync("alice");
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/schedule", "application/json", true, 413)]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/schedule", "application/x-www-form-urlencoded", true, 413)]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/schedule", "multipart/form-data; boundary=b", true, 413)]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/schedule", "application/json", false, 401)]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/nope", "application/json", true, 404)]
    [InlineData("POST", "/ocs/v2.php/taskprocessing/tasks_provider/1/file", "multipart/form-data; boundary=b", true, 412)]
    [InlineData("POST", "/api/v1/tasks", "application/json", true, 413)]
    [InlineData("PROPPATCH", "/remote.php/webdav/x", "application/xml", true, 413)]
    [InlineData("PUT", "/remote.php/webdav/x", "text/plain", false, 401)]
    [InlineData("PUT", "/remote.php/webdav/no/folder", "text/plain", true, 409)]
    public async Task The_refusal_of_a_large_body_is_heard(string verb, string path, string type, bool knowsPassword, int status)
    {
        foreach (var isChunked in new[] { false, true })
        {
            var answer = await SendAllAsync(verb, path, type, knowsPassword, isChunked);

            answer.Status.Should().Be(status, answer.Text);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_sender_that_leaves_in_the_middle_of_a_body_is_no_error_in_the_log(bool asks)
    {
        for (var sender = 0; sender < 10; sender++)
        {
            using var client = new TcpClient();
            await client.ConnectAsync(_server.Address.Host, _server.Address.Port, TestContext.Current.CancellationToken);
            var head =
                "POST /ocs/v2.php/taskprocessing/schedule HTTP/1.1\r\nHost: a\r\nOCS-APIRequest: true\r\n"
                + $"Authorization: Basic {TestServer.Base64("alice:token-of-alice")}\r\nContent-Type: application/json\r\n"
                + $"Transfer-Encoding: chunked\r\n{(asks ? "Expect: 100-continue\r\n" : "")}\r\n";
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
            // The server reads the body when it has said "continue".
            if (asks)
                (await client.GetStream().ReadAsync(new byte[100], TestContext.Current.CancellationToken)).Should().BePositive();
            await client.GetStream().WriteAsync("1\r\n{\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
            // With a reset, as when the program is killed.
            client.Client.Close(timeout: 0);
        }
    }

    private async Task<RawAnswer> SendAllAsync(string verb, string path, string type, bool knowsPassword, bool isChunked)
    {
        var login = TestServer.Base64($"alice:{(knowsPassword ? "token-of-alice" : "wrong")}");
        var length = isChunked ? "Transfer-Encoding: chunked" : $"Content-Length: {TooLarge}";
        var head =
            $"{verb} {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOCS-APIRequest: true\r\n"
            + $"Authorization: Basic {login}\r\nContent-Type: {type}\r\n{length}\r\n\r\n";
        using var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port, TestContext.Current.CancellationToken);
        var stream = client.GetStream();
        var body = new byte[TooLarge];
        body.AsSpan().Fill((byte)' ');

        // All of this must be sent: the test is that the pipe does not break here.
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head), TestContext.Current.CancellationToken);
        if (isChunked)
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"{TooLarge:x}\r\n"), TestContext.Current.CancellationToken);
        await stream.WriteAsync(body, TestContext.Current.CancellationToken);
        if (isChunked)
            await stream.WriteAsync("\r\n0\r\n\r\n"u8.ToArray(), TestContext.Current.CancellationToken);

        var received = new MemoryStream();
        await stream.CopyToAsync(received, TestContext.Current.CancellationToken);
        return RawAnswer.Parse(received.ToArray());
    }
}

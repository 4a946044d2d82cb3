using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Sdk.Workers.Listening;

namespace TaskProcessing.Sdk.Tests.Workers.Listening;

/// <summary>The small web server: what it takes, how much of it, and for how long.</summary>
public sealed class AppListenerTests : IAsyncDisposable
{
    private readonly ManualTimeProvider _time = new();
    private AppListener? _listener;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_listener is not null)
            await _listener.DisposeAsync();
    }

    [Theory]
    [InlineData("127.0.0.1", "127.0.0.1")]
    [InlineData("localhost", "localhost")]
    [InlineData("0.0.0.0", "127.0.0.1")]
    [InlineData("::", "127.0.0.1")]
    public async Task It_listens_where_it_is_told(string host, string reachedAt)
    {
        await StartAsync(new AppListenerOptions { Host = host, Port = 0 });
        using var http = new HttpClient();

        var text = await http.GetStringAsync($"http://{reachedAt}:{_listener!.Endpoint.Port}/some/path?a=1&b=x%20y", Cancel);

        text.Should().Be("""{"seen":"GET /some/path x y"}""");
    }

    [Fact]
    public async Task IPv6_callers_are_answered_too()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "this machine has no IPv6");
        await StartAsync(new AppListenerOptions { Host = "::", Port = 0 });
        using var http = new HttpClient();

        (await http.GetStringAsync($"http://[::1]:{_listener!.Endpoint.Port}/?b=6", Cancel)).Should().Contain("GET / 6");
    }

    [Fact]
    public async Task A_request_with_a_body_is_answered_and_its_body_ignored()
    {
        await StartAsync();
        using var http = new HttpClient();

        var answer = await http.PostAsync(
            $"http://127.0.0.1:{_listener!.Endpoint.Port}/init",
            new ByteArrayContent(new byte[50_000]),
            Cancel
        );

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Headers.ConnectionClose.Should().BeTrue();
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
    }

    [Fact]
    public async Task A_request_may_come_in_pieces()
    {
        await StartAsync();
        using var client = await ConnectAsync();
        foreach (var piece in new[] { "GE", "T / HTTP/1.1\r\nHost: x\r", "\n\r", "\n" })
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(piece), Cancel);

        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 200 OK\r\n");
    }

    [Theory]
    [InlineData("GET / HTTP/2\r\n\r\n")]
    [InlineData("GET http://elsewhere/ HTTP/1.1\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nno colon\r\n\r\n")]
    [InlineData("GET / HTTP/1.1\r\nEX-APP-ID: a\r\nEx-App-Id: b\r\n\r\n")]
    [InlineData("\u0016\u0003\u0001 a TLS client\r\n\r\n")]
    public async Task What_is_no_request_is_refused(string sent)
    {
        await StartAsync();
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(sent), Cancel);

        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 400 ");
    }

    [Fact]
    public async Task A_head_without_end_is_read_no_further_than_its_limit()
    {
        await StartAsync();
        using var client = await ConnectAsync();
        await client.GetStream().WriteAsync(new byte[AppRequest.LongestHead], Cancel);

        (await ReadAsync(client)).Should().StartWith("HTTP/1.1 400 ");
    }

    [Fact]
    public async Task A_caller_who_sends_nothing_is_left_after_the_time_for_it()
    {
        await StartAsync(
            new AppListenerOptions
            {
                Host = "127.0.0.1",
                Port = 0,
                MaxConnections = 1,
            }
        );
        using var silent = await ConnectAsync();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(10));
        using var http = new HttpClient();
        var waiting = http.GetStringAsync($"http://127.0.0.1:{_listener!.Endpoint.Port}/", Cancel);

        _time.Advance(TimeSpan.FromSeconds(10));

        (await waiting).Should().Contain("GET /", "the only place is free again");
        (await ReadAsync(silent)).Should().BeEmpty();
    }

    [Fact]
    public async Task Stopping_lets_an_answer_end_and_leaves_the_port()
    {
        var release = new TaskCompletionSource();
        var asked = new TaskCompletionSource();
        await StartAsync(answer: async _ =>
        {
            asked.SetResult();
            await release.Task;
            return new AppAnswer(200, "{}");
        });
        var port = _listener!.Endpoint.Port;
        using var http = new HttpClient();
        var answer = http.GetStringAsync($"http://127.0.0.1:{port}/", Cancel);
        await asked.Task;

        var stopping = _listener.StopAsync(Cancel);
        release.SetResult();
        await stopping;

        (await answer).Should().Be("{}");
        var calling = () => http.GetStringAsync($"http://127.0.0.1:{port}/", Cancel);
        await calling.Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public void Options_that_cannot_work_are_all_named() =>
        string.Join(
                ' ',
                new AppListenerOptions
                {
                    Host = "",
                    Port = -1,
                    MaxConnections = 0,
                    RequestTimeout = TimeSpan.Zero,
                }.Validate()
            )
            .Should()
            .Contain("APP_HOST")
            .And.Contain("APP_PORT")
            .And.Contain("MaxConnections")
            .And.Contain("RequestTimeout");

    private static Task<AppAnswer> EchoAsync(AppRequest request) =>
        Task.FromResult(new AppAnswer(200, $$"""{"seen":"{{request.Method}} {{request.Path}} {{request.Parameter("b")}}"}"""));

    private static async Task<string> ReadAsync(TcpClient client) =>
        await new StreamReader(client.GetStream(), Encoding.ASCII).ReadToEndAsync(Cancel);

    private async Task StartAsync(AppListenerOptions? options = null, Func<AppRequest, Task<AppAnswer>>? answer = null)
    {
        _listener = new AppListener(
            options ?? new AppListenerOptions { Host = "127.0.0.1", Port = 0 },
            (request, _) => (answer ?? EchoAsync)(request),
            NullLogger.Instance,
            _time
        );
        await _listener.StartAsync(Cancel);
    }

    private async Task<TcpClient> ConnectAsync()
    {
        var client = new TcpClient();
        await client.ConnectAsync(new IPEndPoint(IPAddress.Loopback, _listener!.Endpoint.Port), Cancel);
        return client;
    }
}

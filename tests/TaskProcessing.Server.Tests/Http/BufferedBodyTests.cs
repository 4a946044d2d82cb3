using System.Net.Sockets;
using System.Text;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Tests.Contract;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>The memory for bodies that are read as a whole: who gets it, who waits for it, and that it is given back.</summary>
public sealed class BufferedBodyTests : IAsyncLifetime
{
    private const int Kilobyte = 1024;

    /// <summary>More than a quarter of the memory: who has one of these has no room for another.</summary>
    private const int Large = 300 * Kilobyte;

    private const string Schedule = "/ocs/v2.php/taskprocessing/schedule";
    private const string Login = "/ocs/v2.php/taskprocessing/session";

    private readonly ManualTimeProvider _time = new();
    private TestServer _server = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private BufferedBodies Bodies => _server.Get<BufferedBodies>();

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(
            time: _time,
            settings: new Dictionary<string, string>
            {
                ["Http:BufferedBodiesMegabytes"] = "1",
                ["Proxies:Trusted:0"] = "127.0.0.1",
                ["RateLimits:Enabled"] = "false",
            }
        );
        foreach (var user in new[] { "alice", "bob", "carol", "dave" })
            await _server.AddUserAsync(user);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_body_waits_until_there_is_room_and_then_is_read()
    {
        using var first = await BeginAsync("alice", Large);
        using var second = await SendAsync("alice", Large);
        await WaitingAsync(1);

        Bodies.Held.Should().Be(Large);
        (await EndAsync(first)).Status.Should().Be(400);
        (await AnswerAsync(second)).Status.Should().Be(400);
        await GivenBackAsync();
    }

    [Fact]
    public async Task A_body_that_has_waited_for_too_long_is_answered_503_and_may_come_again()
    {
        using var first = await BeginAsync("alice", Large);
        using var second = await SendAsync("alice", Large);
        await WaitingAsync(1);
        _server.ExpectedLog.Add("Http:BufferedBodiesMegabytes");

        _time.Advance(BufferedBodies.LongestWait);
        var answer = await AnswerAsync(second);

        answer.Status.Should().Be(503, answer.Text);
        answer.Headers["retry-after"].Should().Be("5");
        answer.Text.Should().Contain("as many request bodies as it may");
        (await EndAsync(first)).Status.Should().Be(400);
        using var again = await SendAsync("alice", Large);
        (await AnswerAsync(again)).Status.Should().Be(400);
        await GivenBackAsync();
    }

    [Fact]
    public async Task Nobody_takes_all_of_it()
    {
        using var first = await BeginAsync("alice", Large);
        using var second = await SendAsync("alice", Large);
        await WaitingAsync(1);
        using var other = await SendAsync("bob", Large);

        (await AnswerAsync(other)).Status.Should().Be(400, "alice waits for herself alone");
        (await EndAsync(first)).Status.Should().Be(400);
        (await AnswerAsync(second)).Status.Should().Be(400);
    }

    [Fact]
    public async Task Guests_leave_half_of_it_to_users_however_many_networks_they_have()
    {
        using var first = await BeginAsync("192.0.2.1", Large);
        using var second = await SendAsync("192.0.2.2", Large);
        await WaitingAsync(1);
        using var third = await SendAsync("192.0.2.3", Large);
        await WaitingAsync(2);
        using var user = await SendAsync("alice", Large);

        (await AnswerAsync(user)).Status.Should().Be(400);
        (await EndAsync(first)).Status.Should().NotBe(503);
        (await AnswerAsync(second)).Status.Should().NotBe(503);
        (await AnswerAsync(third)).Status.Should().NotBe(503);
        await GivenBackAsync();
    }

    [Fact]
    public async Task Small_bodies_pass_by_large_ones_that_wait()
    {
        using var first = await BeginAsync("alice", Large);
        using var second = await BeginAsync("bob", Large);
        using var third = await SendAsync("carol", Large);
        await WaitingAsync(1);
        using var other = await SendAsync("dave", Large);
        await WaitingAsync(2);

        Bodies.Held.Should().Be(2 * Large);
        using var small = await SendAsync("dave", Kilobyte);
        (await AnswerAsync(small)).Status.Should().Be(400);
        foreach (var held in new[] { first, second })
            (await EndAsync(held)).Status.Should().Be(400);
        foreach (var waiting in new[] { third, other })
            (await AnswerAsync(waiting)).Status.Should().Be(400);
        await GivenBackAsync();
    }

    [Fact]
    public async Task A_client_that_leaves_gives_its_place_back_whether_it_waited_or_not()
    {
        using var first = await BeginAsync("alice", Large);
        using var leaving = await SendAsync("alice", Large);
        await WaitingAsync(1);
        using var third = await SendAsync("alice", Large);
        await WaitingAsync(2);

        // With a reset, as when the program is killed.
        leaving.Client.Close(timeout: 0);
        first.Client.Close(timeout: 0);

        (await AnswerAsync(third)).Status.Should().Be(400);
        await GivenBackAsync();
    }

    [Fact]
    public async Task A_large_body_that_does_not_come_to_its_end_gives_its_place_back()
    {
        using var slow = await BeginAsync("alice", Large);
        using var second = await SendAsync("alice", Large);
        await WaitingAsync(1);
        // The second one waits for less long; it gets its turn in the middle.
        _server.ExpectedLog.Add("Http:BufferedBodiesMegabytes");

        _time.Advance(WholeBody.LongestRead);
        var status = new byte["HTTP/1.1 408".Length];
        await slow.GetStream().ReadExactlyAsync(status, Token);

        Encoding.ASCII.GetString(status).Should().Be("HTTP/1.1 408");
        await GivenBackAsync();
        // Else the server would read on for a while, so that the answer is not lost.
        slow.Client.Close(timeout: 0);
    }

    [Fact]
    public async Task A_body_without_a_length_counts_as_small_until_it_is_large()
    {
        using var first = await BeginAsync("alice", Kilobyte, isChunked: true);
        Bodies.Held.Should().Be(BufferedBodies.SmallBytes);
        await first.GetStream().WriteAsync(Chunk(new byte[100 * Kilobyte]), Token);

        await Eventually.BecomesTrue(() => Bodies.Held == 8 * Kilobyte * Kilobyte, "the body being taken for the largest");
        await first.GetStream().WriteAsync("0\r\n\r\n"u8.ToArray(), Token);
        (await AnswerAsync(first)).Status.Should().Be(400);
        await GivenBackAsync();
    }

    [Fact]
    public async Task Files_are_streamed_and_count_for_nothing()
    {
        using var upload = await ConnectAsync(
            $"PUT /remote.php/webdav/large HTTP/1.1\r\nHost: a\r\nConnection: close\r\n{Authorization("alice")}\r\n"
                + $"Content-Length: {8 * Large}\r\n\r\n"
        );
        await upload.GetStream().WriteAsync(new byte[4 * Large], Token);
        using var body = await SendAsync("alice", Large);

        (await AnswerAsync(body)).Status.Should().Be(400);
        await GivenBackAsync();
        await upload.GetStream().WriteAsync(new byte[4 * Large], Token);
        (await AnswerAsync(upload)).Status.Should().Be(201);
    }

    [Fact]
    public async Task JSON_of_very_many_values_is_refused_and_signs_in_texts_are_no_values()
    {
        using var worker = await _server.WorkerAsync("pipeline:search");
        using var alice = _server.Guest();
        alice.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", Authorization("alice").Split(": ")[1]);
        var longest = Ones(Server.Http.Parameters.JsonBody.MaxParts - 20);
        foreach (
            var (input, status) in new[]
            {
                ($"[{longest}]", 200),
                ($"[{longest},1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1]", 413),
                ($"\"{longest},1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,[[[{{{{,,::\"", 200),
            }
        )
        {
            var text = $$$"""{"type":"pipeline:search","appId":"test","input":{"query":{{{input}}}}}""";
            using var content = new StringContent(text, Encoding.UTF8, "application/json");
            using var answer = await alice.PostAsync(Schedule, content, Token);
            ((int)answer.StatusCode).Should().Be(status, await answer.Content.ReadAsStringAsync(Token));
        }
    }

    private static string Ones(int count) => string.Join(',', Enumerable.Repeat('1', count));

    /// <summary>Sends all of a body but its last byte, once the server has made room for it.</summary>
    private async Task<TcpClient> BeginAsync(string who, int length, bool isChunked = false)
    {
        var before = Bodies.Held;
        var client = await ConnectAsync(Head(who, isChunked ? "Transfer-Encoding: chunked" : $"Content-Length: {length}"));
        var part = new byte[length - 1];
        await client.GetStream().WriteAsync(isChunked ? Chunk(part) : part, Token);
        await Eventually.BecomesTrue(() => Bodies.Held > before, "the body having its place");
        return client;
    }

    private async Task<TcpClient> SendAsync(string who, int length)
    {
        var client = await ConnectAsync(Head(who, $"Content-Length: {length}"));
        // In the kernel's buffers, or the server's, for one that waits.
        await client.GetStream().WriteAsync(new byte[length], Token);
        return client;
    }

    private static async Task<RawAnswer> EndAsync(TcpClient client)
    {
        await client.GetStream().WriteAsync(new byte[1], Token);
        return await AnswerAsync(client);
    }

    private static async Task<RawAnswer> AnswerAsync(TcpClient client)
    {
        var received = new MemoryStream();
        await client.GetStream().CopyToAsync(received, Token);
        return RawAnswer.Parse(received.ToArray());
    }

    private async Task<TcpClient> ConnectAsync(string head)
    {
        var client = new TcpClient();
        await client.ConnectAsync(_server.Address.Host, _server.Address.Port, Token);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head), Token);
        return client;
    }

    /// <summary>By a user, or by a guest from an address.</summary>
    private static string Head(string who, string length) =>
        $"POST {(char.IsAsciiDigit(who[0]) ? Login : Schedule)} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nOCS-APIRequest: true\r\n"
        + $"{Authorization(who)}\r\nContent-Type: application/json\r\n{length}\r\n\r\n";

    private static string Authorization(string who) =>
        char.IsAsciiDigit(who[0]) ? $"X-Forwarded-For: {who}" : $"Authorization: Basic {TestServer.Base64($"{who}:token-of-{who}")}";

    private static byte[] Chunk(byte[] content) => [.. Encoding.ASCII.GetBytes($"{content.Length:x}\r\n"), .. content, .. "\r\n"u8];

    private Task WaitingAsync(int count) =>
        Eventually.BecomesTrue(() => _time.WaitersFor(BufferedBodies.LongestWait) == count, $"{count} bodies waiting");

    private Task GivenBackAsync() => Eventually.BecomesTrue(() => Bodies.Held == 0, "all places being given back");
}

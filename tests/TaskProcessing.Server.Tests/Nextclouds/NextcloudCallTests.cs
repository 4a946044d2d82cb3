using System.Net;
using System.Text;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>What Nextclouds call, and what strangers get.</summary>
public sealed class NextcloudCallTests
{
    private static readonly Uri Away = new("http://127.0.0.1:9");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_connections_there_is_no_app()
    {
        await using var server = await TestServer.StartAsync();
        using var client = server.Guest();

        foreach (var (method, path) in new[] { ("GET", "/heartbeat"), ("PUT", "/enabled?enabled=1"), ("POST", "/trigger") })
        {
            using var answer = await CallAsync(client, method, path, "taskprocessing", "secret");
            answer.StatusCode.Should().Be(HttpStatusCode.NotFound, path);
        }
    }

    [Fact]
    public async Task The_heartbeat_answers_all_and_there_is_nothing_to_prepare()
    {
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", Away);
        using var client = server.Guest();

        (await client.GetStringAsync("/heartbeat", Token)).Should().Be("""{"status":"ok"}""");
        using var init = await CallAsync(client, "POST", "/init", "taskprocessing", NextcloudDriver.SecretOf("home"));
        init.StatusCode.Should().Be(HttpStatusCode.NotFound, "that is how AppAPI wants it");
    }

    [Fact]
    public async Task All_that_are_not_known_get_one_answer_which_fails_the_enabling()
    {
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", Away);
        await server.ConnectAsync("other", Away, appId: "bridge");
        using var client = server.Guest();
        var strangers = new (string? App, string? Authorization)[]
        {
            (null, null),
            ("taskprocessing", null),
            ("taskprocessing", "not base64!"),
            ("taskprocessing", TestServer.Base64("no colon")),
            ("taskprocessing", TestServer.Base64(":")),
            ("taskprocessing", TestServer.Base64(":wrong")),
            ("taskprocessing", TestServer.Base64($":{NextcloudDriver.SecretOf("other")}")),
            ("unknown", TestServer.Base64($":{NextcloudDriver.SecretOf("home")}")),
            ("", TestServer.Base64($":{NextcloudDriver.SecretOf("home")}")),
        };

        var answers = new HashSet<string>();
        foreach (var (app, authorization) in strangers)
        {
            foreach (var (method, path) in new[] { ("PUT", "/enabled?enabled=1"), ("PUT", "/enabled?enabled=0"), ("POST", "/trigger") })
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                if (app is not null)
                    request.Headers.TryAddWithoutValidation("EX-APP-ID", app);
                if (authorization is not null)
                    request.Headers.TryAddWithoutValidation("AUTHORIZATION-APP-API", authorization);
                using var answer = await client.SendAsync(request, Token);
                answers.Add($"{(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(Token)}");
            }
        }

        answers.Should().ContainSingle().Which.Should().StartWith("401 ").And.Contain("\"error\":\"The app does not know this Nextcloud");
        foreach (var id in (string[])["home", "other"])
            (await server.ConnectionAsync(id)).EnabledThere.Should().BeNull();
    }

    [Fact]
    public async Task Guesses_are_braked_and_a_known_Nextcloud_of_the_same_address_goes_on()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["BruteForce:Enabled"] = "true" });
        await server.ConnectAsync("home", Away);
        await server.ConnectAsync("late", Away);
        using var client = server.Guest();
        using (await CallAsync(client, "POST", "/trigger", "taskprocessing", NextcloudDriver.SecretOf("home"))) { }

        HttpStatusCode last;
        var tries = 0;
        do
        {
            using var answer = await CallAsync(client, "POST", "/trigger", "taskprocessing", $"guess-{tries++}");
            last = answer.StatusCode;
        } while (last == HttpStatusCode.Unauthorized && tries < 100);

        last.Should().Be(HttpStatusCode.TooManyRequests);
        using var known = await CallAsync(client, "POST", "/trigger", "taskprocessing", NextcloudDriver.SecretOf("home"));
        known.StatusCode.Should().Be(HttpStatusCode.OK);
        using var late = await CallAsync(client, "POST", "/trigger", "taskprocessing", NextcloudDriver.SecretOf("late"));
        late.StatusCode.Should().Be(HttpStatusCode.TooManyRequests, "it could be a guess");
    }

    [Fact]
    public async Task A_trigger_wakes_the_connection_that_it_belongs_to_and_no_other()
    {
        await using var server = await TestServer.StartAsync();
        await server.ConnectAsync("home", Away);
        await server.ConnectAsync("other", Away);
        using var client = server.Guest();
        // The poller takes a signal back once it has woken; nothing wakes the other one.
        var (home, other) = (server.Get<NextcloudSignal>().Of("home").Task, server.Get<NextcloudSignal>().Of("other").Task);

        using var answer = await CallAsync(
            client,
            "POST",
            "/trigger?providerId=taskprocessing:core:text2text",
            "taskprocessing",
            NextcloudDriver.SecretOf("home")
        );

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        home.IsCompleted.Should().BeTrue();
        other.IsCompleted.Should().BeFalse();
    }

    private static Task<HttpResponseMessage> CallAsync(HttpClient client, string method, string path, string appId, string secret)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Add("EX-APP-ID", appId);
        request.Headers.Add("EX-APP-VERSION", "1.0.0");
        request.Headers.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes($":{secret}")));
        return client.SendAsync(request, Token);
    }
}

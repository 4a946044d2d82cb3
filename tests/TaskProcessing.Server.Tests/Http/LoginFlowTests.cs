using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Nextcloud's login flow, version 2: a client without a browser, and a person with one.</summary>
public sealed class LoginFlowTests
{
    private const string Client = "Mozilla/5.0 (Linux) mirall/3.16.7 <b>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_client_gets_an_app_password_once_and_works_with_it(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var client = NewClient(server);
        using var browser = await server.SignedInAsync("alice");
        var flow = await StartAsync(client, "/index.php/login/v2");
        (await PollAsync(client, flow)).StatusCode.Should().Be(HttpStatusCode.NotFound);

        // The person follows the address and sees who asks.
        (await browser.GetStringAsync(flow.Login, Token))
            .Should()
            .Contain("grant.js");
        var waiting = await OcsDriver.DataOf(await browser.GetAsync(flow.Route, Token));
        waiting.GetProperty("client").GetString().Should().Be(Client);
        waiting.GetProperty("network").GetString().Should().Be("127.0.0.1/32");
        (waiting.GetProperty("endsAt").GetInt64() - waiting.GetProperty("startedAt").GetInt64()).Should().Be(1200);
        using var other = await server.SignedInAsync("bob");
        (await PollAsync(client, flow)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await other.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound, "it is granted already");

        using var answer = await PollAsync(client, flow);
        var credentials = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);

        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        answer.Content.Headers.ContentType!.MediaType.Should().Be("application/json");
        answer.Headers.CacheControl!.NoStore.Should().BeTrue();
        credentials.GetProperty("server").GetString().Should().Be(server.Address.ToString().TrimEnd('/'));
        credentials.GetProperty("loginName").GetString().Should().Be("alice");
        (await PollAsync(client, flow)).StatusCode.Should().Be(HttpStatusCode.NotFound, "credentials are given once");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            TestServer.Base64($"alice:{credentials.GetProperty("appPassword").GetString()}")
        );
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Add("Accept", "application/json");
        (await client.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);
        var kept = await server.Get<IAccountStore>().ListAppPasswordsAsync("alice", Token);
        kept.Select(one => one.Name).Should().Equal("test", Client);
    }

    [Fact]
    public async Task The_token_may_come_as_JSON_and_nothing_else_is_a_token()
    {
        await using var server = await TestServer.StartAsync();
        using var client = NewClient(server);
        using var browser = await server.SignedInAsync("alice");
        var flow = await StartAsync(client);
        await browser.PostAsync(flow.Route, null, Token);

        foreach (var wrong in new[] { "", "x", flow.Login.Split('/').Last(), new string('a', 72) })
            (await client.PostAsJsonAsync(flow.Endpoint, new { token = wrong }, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await client.PostAsync(flow.Endpoint, null, Token)).StatusCode.Should().Be(HttpStatusCode.BadRequest);

        (await client.PostAsJsonAsync(flow.Endpoint, new { token = flow.Token }, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_refused_client_waits_in_vain()
    {
        await using var server = await TestServer.StartAsync();
        using var client = NewClient(server);
        using var browser = await server.SignedInAsync("alice");
        var flow = await StartAsync(client);

        (await browser.DeleteAsync(flow.Route, Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        (await browser.GetAsync(flow.Route, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await PollAsync(client, flow)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_flow_is_good_for_twenty_minutes()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var client = NewClient(server);
        using var browser = await server.SignedInAsync("alice");
        var (granted, waiting) = (await StartAsync(client), await StartAsync(client));
        await browser.PostAsync(granted.Route, null, Token);

        time.SetForward(TimeSpan.FromMinutes(20));

        (await PollAsync(client, granted)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.GetAsync(waiting.Route, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.PostAsync(waiting.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Access_is_granted_by_own_pages_and_with_the_password_alone()
    {
        await using var server = await TestServer.StartAsync();
        using var client = NewClient(server);
        var flow = await StartAsync(client);
        using var guest = server.Guest();
        using var withAppPassword = await server.UserAsync("bob");
        using var browser = await server.SignedInAsync("alice");
        browser.DefaultRequestHeaders.Remove("requesttoken");

        (await guest.GetAsync(flow.Route, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await guest.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await withAppPassword.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await withAppPassword.DeleteAsync(flow.Route, Token)).StatusCode.Should().Be(HttpStatusCode.Forbidden);
        (await browser.PostAsync(flow.Route, null, Token)).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);

        (await PollAsync(client, flow)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task So_many_clients_wait_from_one_address_and_no_more()
    {
        await using var server = await TestServer.StartAsync();
        using var client = NewClient(server);
        for (var number = 0; number < 100; number++)
            await StartAsync(client);

        using var refused = await client.PostAsync("/login/v2", null, Token);

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.Should().NotBeNull();
    }

    [Theory]
    [InlineData("", "unknown client")]
    [InlineData(" \t ", "unknown client")]
    [InlineData("  My\u202Eapp\n 1.0 ✓  ", "Myapp 1.0 ✓")]
    public void A_clients_name_is_fit_to_be_shown(string sent, string shown) => ClientName.Of(sent).Should().Be(shown);

    [Fact]
    public void A_long_name_is_cut_between_characters() => ClientName.Of(new string('a', 127) + "😀😀").Should().Be(new string('a', 127));

    private static HttpClient NewClient(TestServer server)
    {
        var client = new HttpClient { BaseAddress = server.Address };
        client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", Client);
        return client;
    }

    private static async Task<Flow> StartAsync(HttpClient client, string path = "/login/v2")
    {
        using var answer = await client.PostAsync(path, null, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK);
        var started = await answer.Content.ReadFromJsonAsync<JsonElement>(Token);
        var poll = started.GetProperty("poll");
        return new Flow(
            poll.GetProperty("token").GetString()!,
            poll.GetProperty("endpoint").GetString()!,
            started.GetProperty("login").GetString()!
        );
    }

    private static Task<HttpResponseMessage> PollAsync(HttpClient client, Flow flow) =>
        client.PostAsync(flow.Endpoint, new FormUrlEncodedContent([new("token", flow.Token)]), Token);

    private sealed record Flow(string Token, string Endpoint, string Login)
    {
        /// <summary>What the page calls.</summary>
        public string Route => $"{OcsDriver.Root}/login_flow/{Login.Split('/').Last()}";
    }
}

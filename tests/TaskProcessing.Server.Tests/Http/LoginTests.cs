using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Http;

public sealed class LoginTests
{
    private const string Tasks = "/ocs/v2.php/taskprocessing/tasks";
    private const string Next = "/ocs/v2.php/taskprocessing/tasks_provider/next?providerIds[]=p&taskTypeIds[]=t";

    [Fact]
    public async Task Password_app_password_and_bearer_token_log_in()
    {
        await using var server = await TestServer.StartAsync();
        (await server.Get<CreateAccount>().RunAsync("alice", "pass:word", null, isAdmin: false, CancellationToken.None)).Should().BeNull();
        await server
            .Get<IAccountStore>()
            .AddAppPasswordAsync(
                new AppPassword
                {
                    AccountId = "alice",
                    Name = "test",
                    TokenHash = Passwords.HashToken("token"),
                    CreatedAt = default,
                },
                CancellationToken.None
            );

        (await GetAsync(server, Tasks, Basic("alice", "pass:word"))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, Basic("alice", "token"))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, new AuthenticationHeaderValue("Bearer", "token")))
            .Headers.GetValues("X-User-Id")
            .Should()
            .Equal("alice");

        var wrong = await GetAsync(server, Tasks, Basic("alice", "wrong"));
        wrong.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        wrong.Headers.WwwAuthenticate.ToString().Should().Be("Basic realm=\"Authorisation Required\"");
        (await GetAsync(server, Tasks, Basic("bob", "token"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "the token is alice's");
        (await GetAsync(server, Tasks, new AuthenticationHeaderValue("Bearer", "nonsense")))
            .StatusCode.Should()
            .Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Wrong_credentials_make_no_guest()
    {
        await using var server = await TestServer.StartAsync();
        const string types = "/ocs/v2.php/taskprocessing/tasktypes";

        (await GetAsync(server, types, null)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, types, new AuthenticationHeaderValue("Bearer", "nonsense")))
            .StatusCode.Should()
            .Be(HttpStatusCode.Unauthorized);
        (await GetAsync(server, types, Basic("alice", "wrong"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync(server, types, new AuthenticationHeaderValue("Basic", "not-base64!")))
            .StatusCode.Should()
            .Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_removed_user_and_a_changed_password_are_noticed()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        (await alice.GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.OK);

        await server.Get<IAccountStore>().RemoveAsync("alice", CancellationToken.None);
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        (await alice.GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("worker", "1.0.0", ":secret", HttpStatusCode.NoContent)]
    [InlineData("worker", "1.0.0", "alice:secret", HttpStatusCode.NoContent)]
    [InlineData("worker", "1.0.0", "nobody:secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("worker", "1.0.0", ":Secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("worker", "1.0.0", "secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("worker", "", ":secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("unknown", "1.0.0", ":secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("disabled", "1.0.0", ":secret", HttpStatusCode.PreconditionFailed)]
    [InlineData("", "1.0.0", ":secret", HttpStatusCode.PreconditionFailed)]
    public async Task Only_known_enabled_apps_with_their_secret_are_providers(
        string appId,
        string version,
        string authorization,
        HttpStatusCode expected
    )
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice");
        await server.AddExAppAsync("worker");
        await server.AddExAppAsync("disabled", enabled: false);
        using var client = server.Guest();
        client.DefaultRequestHeaders.TryAddWithoutValidation(Login.AppId, appId);
        client.DefaultRequestHeaders.TryAddWithoutValidation(Login.AppVersion, version);
        client.DefaultRequestHeaders.Add(Login.AppAuthorization, TestServer.Base64(authorization));

        var response = await client.GetAsync(Next);

        response.StatusCode.Should().Be(expected);
        if (expected == HttpStatusCode.PreconditionFailed)
            (await response.Content.ReadAsStringAsync()).Should().Be("""{"message":"ExApp required"}""");
    }

    [Fact]
    public async Task App_headers_win_over_basic_and_a_newer_version_is_noted()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice");
        using var app = await server.ExAppAsync("worker", "alice");
        app.DefaultRequestHeaders.Authorization = Basic("alice", "wrong");
        app.DefaultRequestHeaders.Remove(Login.AppVersion);
        app.DefaultRequestHeaders.Add(Login.AppVersion, "1.2.0");

        (await app.GetAsync(Tasks)).Headers.GetValues("X-User-Id").Should().Equal("alice");
        (await server.Get<IExAppStore>().FindAsync("worker", CancellationToken.None))!.Version.Should().Be("1.2.0");
    }

    [Fact]
    public async Task A_disabled_app_learns_its_state_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync();
        using var app = await server.ExAppAsync("worker");
        await server.Get<IExAppStore>().SetEnabledAsync("worker", false, CancellationToken.None);
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        var state = await app.GetFromJsonAsync<JsonElement>("/ocs/v1.php/apps/app_api/ex-app/state?format=json");
        state.GetProperty("ocs").GetProperty("data").GetInt32().Should().Be(0);
        (await app.GetAsync("/ocs/v2.php/apps/app_api/api/v1/users")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("OCS-APIRequest", "false", HttpStatusCode.OK)]
    [InlineData("oCS-APIRequest", "true", HttpStatusCode.OK)]
    [InlineData("requesttoken", "abc", HttpStatusCode.OK)]
    [InlineData("X-Requested-With", "XMLHttpRequest", HttpStatusCode.OK)]
    [InlineData("X-Other", "true", HttpStatusCode.PreconditionFailed)]
    public async Task A_call_needs_a_header_that_foreign_pages_cannot_send(string header, string value, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        alice.DefaultRequestHeaders.Remove("OCS-APIRequest");
        alice.DefaultRequestHeaders.Add(header, value);

        (await alice.GetAsync(Tasks)).StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task Guessing_is_refused_after_ten_failures_and_forgiven_after_half_an_hour()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: new Dictionary<string, string> { ["BruteForce:Enabled"] = "true" }
        );
        using var alice = await server.UserAsync("alice");
        for (var guess = 0; guess < 10; guess++)
            (await GetAsync(server, Tasks, Basic("alice", $"guess{guess}"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        var refused = await alice.GetAsync(Tasks);
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await refused.Content.ReadAsStringAsync()).Should().Contain("Reached maximum delay");
        time.Advance(TimeSpan.FromMinutes(30));
        (await alice.GetAsync(Tasks)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task A_login_name_is_found_whatever_its_case_and_answers_show_the_stored_spelling(DatabaseProvider store)
    {
        await using var server = await TestServer.StartAsync(store);
        (await server.Get<CreateAccount>().RunAsync("Alice", "pass:word", null, isAdmin: false, CancellationToken.None)).Should().BeNull();
        var token = await server.Get<CreateAppPassword>().RunAsync("aLICE", "phone", CancellationToken.None);
        await server.AddExAppAsync("worker");

        foreach (var name in new[] { "Alice", "alice", "ALICE" })
        {
            (await GetAsync(server, Tasks, Basic(name, "pass:word"))).Headers.GetValues("X-User-Id").Should().Equal("Alice");
            (await GetAsync(server, Tasks, Basic(name, token!))).Headers.GetValues("X-User-Id").Should().Equal("Alice");
            using var app = await server.ExAppAsync("worker", name);
            (await app.GetAsync(Tasks)).Headers.GetValues("X-User-Id").Should().Equal("Alice");
        }

        (await GetAsync(server, Tasks, Basic("alicE2", "pass:word"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_name_in_another_case_leads_to_the_same_files_tasks_and_limits()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["RateLimits:Schedule:UserLimit"] = "2" }
        );
        using var alice = await server.UserAsync("alice");
        using var loud = server.Guest();
        loud.DefaultRequestHeaders.Authorization = Basic("ALICE", "token-of-alice");

        (await loud.PutAsync("/remote.php/dav/files/ALICE/a.txt", new StringContent("hello")))
            .StatusCode.Should()
            .Be(HttpStatusCode.Created);
        (await alice.GetStringAsync("/remote.php/dav/files/alice/a.txt")).Should().Be("hello");
        using var find = new HttpRequestMessage(new HttpMethod("PROPFIND"), "/remote.php/dav/files/ALICE/a.txt");
        (await (await loud.SendAsync(find)).Content.ReadAsStringAsync())
            .Should()
            .Contain("/remote.php/dav/files/ALICE/a.txt", "clients look for the address that they asked for");
        (await loud.GetAsync("/remote.php/dav/files/bob/a.txt")).StatusCode.Should().Be(HttpStatusCode.NotFound);

        var created = await alice.PostAsJsonAsync("/api/v1/tasks", new { task_type = "ocr" });
        var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("data").GetProperty("id").GetInt64();
        (await loud.GetAsync($"/api/v1/tasks/{id}")).StatusCode.Should().Be(HttpStatusCode.OK);
        (await loud.PostAsJsonAsync("/api/v1/tasks", new { task_type = "ocr" })).StatusCode.Should().Be(HttpStatusCode.OK);
        (await loud.PostAsJsonAsync("/api/v1/tasks", new { task_type = "ocr" }))
            .StatusCode.Should()
            .Be(HttpStatusCode.TooManyRequests, "it is the same user's limit");
    }

    [Fact]
    public async Task A_call_without_the_header_hears_which_one_helps()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        alice.DefaultRequestHeaders.Remove("OCS-APIRequest");

        (await (await alice.GetAsync(Tasks)).Content.ReadAsStringAsync())
            .Should()
            .Be("""{"message":"CSRF check failed","hint":"Send the header OCS-APIRequest: true"}""");
    }

    [Theory]
    [InlineData("text/plain", """{"input":{}}""", true)]
    [InlineData("application/x-www-form-urlencoded", """{"input":{}}""", true)]
    [InlineData("application/x-www-form-urlencoded", "type=core:text2text", false)]
    [InlineData("application/json", "{}", false)]
    [InlineData("text/plain", "", false)]
    public async Task A_body_of_the_wrong_type_hears_which_type_helps(string type, string body, bool isHinted)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");

        var answer = await alice.PostAsync("/ocs/v2.php/taskprocessing/schedule", new StringContent(body, new MediaTypeHeaderValue(type)));

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await OcsDriver.MessageOf(answer))
            .Should()
            .Be(
                "Parameter \"input\" is missing; it must be an object"
                    + $"{(isHinted ? "; send JSON with the header Content-Type: application/json" : "")}"
            );
    }

    [Theory]
    [InlineData("192.0.2.7", "192.0.2.7/32")]
    [InlineData("::ffff:192.0.2.7", "192.0.2.7/32")]
    [InlineData("2001:db8:1:2ff:3::4", "2001:db8:1:200::/56")]
    public void A_network_stands_for_a_caller_without_name(string address, string network) =>
        CallerNetwork.Of(IPAddress.Parse(address), 56).Should().Be(network);

    [Fact]
    public async Task Only_a_trusted_proxy_may_say_whose_address_it_is()
    {
        var settings = new Dictionary<string, string> { ["RateLimits:Schedule:GuestLimit"] = "1", ["Proxies:Trusted:0"] = "127.0.0.0/8" };
        await using var trusting = await TestServer.StartAsync(settings: settings);
        (await ScheduleFromAsync(trusting, "198.51.100.1")).Should().NotBe(HttpStatusCode.TooManyRequests);
        (await ScheduleFromAsync(trusting, "198.51.100.2")).Should().NotBe(HttpStatusCode.TooManyRequests);
        (await ScheduleFromAsync(trusting, "203.0.113.5, 198.51.100.2"))
            .Should()
            .Be(HttpStatusCode.TooManyRequests, "the nearest untrusted address counts");

        settings.Remove("Proxies:Trusted:0");
        await using var distrusting = await TestServer.StartAsync(settings: settings);
        (await ScheduleFromAsync(distrusting, "198.51.100.1")).Should().NotBe(HttpStatusCode.TooManyRequests);
        (await ScheduleFromAsync(distrusting, "198.51.100.2")).Should().Be(HttpStatusCode.TooManyRequests);
    }

    private static async Task<HttpStatusCode> ScheduleFromAsync(TestServer server, string forwardedFor)
    {
        using var guest = server.Guest();
        guest.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        return (await guest.PostAsJsonAsync("/ocs/v2.php/taskprocessing/schedule", new { })).StatusCode;
    }

    private static async Task<HttpResponseMessage> GetAsync(TestServer server, string path, AuthenticationHeaderValue? authorization)
    {
        using var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = authorization;
        return await client.GetAsync(path);
    }

    private static AuthenticationHeaderValue Basic(string user, string secret) => new("Basic", TestServer.Base64($"{user}:{secret}"));
}

using System.Net;
using System.Net.Http.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Jobs;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Signing in on the pages, and what the cookie is good for.</summary>
public sealed partial class SessionTests
{
    private const string Types = $"{OcsDriver.Root}/tasktypes";
    private const string Tasks = $"{OcsDriver.Root}/tasks";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_user_signs_in_works_and_signs_out(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        await server.AddUserAsync("alice", isAdmin: true, SessionDriver.Password);
        using var browser = server.Guest();
        (await browser.GetAsync(SessionDriver.Route, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        using var answer = await browser.TrySignInAsync("Alice", SessionDriver.Password);
        var session = await OcsDriver.DataOf(answer);

        session.GetProperty("id").GetString().Should().Be("alice");
        session.GetProperty("isAdmin").GetBoolean().Should().BeTrue();
        answer.Headers.GetValues("Set-Cookie").Single().Should().MatchRegex(Cookie());
        (await browser.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        var again = await OcsDriver.DataOf(await browser.GetAsync(SessionDriver.Route, Token));
        again.GetRawText().Should().Be(session.GetRawText());

        browser.DefaultRequestHeaders.Add("requesttoken", session.GetProperty("requestToken").GetString());
        (await browser.DeleteAsync(SessionDriver.Route, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await browser.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_copy_of_the_cookie_is_worthless_after_signing_out()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var browser = server.Guest();
        using var answer = await browser.TrySignInAsync("alice", SessionDriver.Password);
        using var copy = Copy(server, answer);
        browser.DefaultRequestHeaders.Add("requesttoken", (await OcsDriver.DataOf(answer)).GetProperty("requestToken").GetString());
        (await copy.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        await browser.DeleteAsync(SessionDriver.Route, Token);

        (await copy.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await copy.GetAsync(Types, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, "nobody becomes a guest unasked");
    }

    [Fact]
    public async Task A_session_changes_nothing_without_its_request_token()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = await server.SignedInAsync("alice");
        (await browser.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);
        browser.DefaultRequestHeaders.Remove("requesttoken");

        (await browser.TryScheduleAsync("core:text2text", new { input = "hello" })).HttpStatus.Should().Be(412);
        (await browser.PutAsync("/remote.php/webdav/a.txt", new ByteArrayContent([1]), Token))
            .StatusCode.Should()
            .Be(HttpStatusCode.PreconditionFailed);
        (await browser.PostAsJsonAsync("/api/v1/tasks", new { task_type = "ocr" }, Token))
            .StatusCode.Should()
            .Be(HttpStatusCode.Unauthorized);
        (await browser.DeleteAsync(SessionDriver.Route, Token)).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
        browser.DefaultRequestHeaders.Add("requesttoken", new string('0', 64));
        (await browser.DeleteAsync(SessionDriver.Route, Token)).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task With_it_a_session_is_a_login_on_every_face()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var browser = await server.SignedInAsync("alice");

        (await browser.ScheduleAsync()).Task["userId"]!.GetValue<string>().Should().Be("alice");
        (await browser.PutFileAsync("a.txt", [1])).Should().BePositive();
        (await browser.PostAsJsonAsync("/api/v1/tasks", new { task_type = "ocr" }, Token)).IsSuccessStatusCode.Should().BeTrue();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site", HttpStatusCode.PreconditionFailed)]
    [InlineData("Sec-Fetch-Site", "same-site", HttpStatusCode.PreconditionFailed)]
    [InlineData("Sec-Fetch-Site", "same-origin", HttpStatusCode.OK)]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    public async Task A_page_of_another_site_cannot_even_read_with_the_cookie(string header, string value, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync();
        using var browser = await server.SignedInAsync("alice");
        browser.DefaultRequestHeaders.Add(header, value);

        (await browser.GetAsync(Tasks, Token)).StatusCode.Should().Be(expected);
    }

    [Fact]
    public async Task Signing_in_needs_the_header_that_only_own_pages_send()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var browser = server.Guest();
        browser.DefaultRequestHeaders.Remove("OCS-APIRequest");

        (await browser.TrySignInAsync("alice", SessionDriver.Password)).StatusCode.Should().Be(HttpStatusCode.PreconditionFailed);
    }

    [Fact]
    public async Task An_app_password_opens_no_session()
    {
        await using var server = await TestServer.StartAsync();
        var appPassword = await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var browser = server.Guest();

        using var answer = await browser.TrySignInAsync("alice", appPassword);

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await OcsDriver.MessageOf(answer)).Should().Contain("App passwords");
        answer.Headers.Contains("Set-Cookie").Should().BeFalse();
    }

    [Fact]
    public async Task Guessing_is_refused_as_everywhere()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["BruteForce:Enabled"] = "true", ["BruteForce:MaxAttempts"] = "3" }
        );
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var browser = server.Guest();

        for (var attempt = 0; attempt < 3; attempt++)
            (await browser.TrySignInAsync("alice", $"guess {attempt}")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        using var refused = await browser.TrySignInAsync("alice", SessionDriver.Password);

        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter.Should().NotBeNull();
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Another_password_and_the_removal_of_the_account_end_sessions_and_their_streams(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var alice = await server.SignedInAsync("alice");
        using var bob = await server.SignedInAsync("bob");
        await using var aliceStream = await EventReader.FollowAsync(alice, "/tasks/events");
        await using var bobStream = await EventReader.FollowAsync(bob, "/tasks/events");

        await server.Get<ChangePassword>().RunAsync("alice", "another one", Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        await aliceStream.EndsAsync();
        (await alice.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        await server.Get<RemoveAccount>().RunAsync("bob", Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        await bobStream.EndsAsync();
        (await bob.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        (await alice.SignInAsync("alice", "another one")).GetProperty("id").GetString().Should().Be("alice");
    }

    [Fact]
    public async Task Signing_out_ends_what_the_session_holds_open()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.SignedInAsync("alice");
        await using var stream = await EventReader.FollowAsync(alice, "/tasks/events");

        await alice.DeleteAsync(SessionDriver.Route, Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);

        await stream.EndsAsync();
    }

    [Fact]
    public async Task A_session_ends_after_its_hours()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: new Dictionary<string, string> { ["Sessions:Hours"] = "2" }
        );
        using var browser = await server.SignedInAsync("alice");
        (await browser.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        time.SetForward(TimeSpan.FromHours(2));

        (await browser.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        await server.Get<IEnumerable<IMaintenanceJob>>().OfType<RemoveExpiredSessions>().Single().RunAsync(Token);
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task What_a_session_holds_open_ends_after_its_hours_and_nothing_else_does(string store)
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            time,
            new Dictionary<string, string> { ["Sessions:Hours"] = "2" }
        );
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.SignedInAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;
        await using var stream = await EventReader.FollowAsync(alice, "/tasks/events");
        await stream.NextAsync();
        var poll = alice.OcsAsync("GET", $"/task/{id}?wait=60");
        time.SetForward(TimeSpan.FromHours(1));
        using var bob = await server.SignedInAsync("bob");
        using var carol = await server.UserAsync("carol");
        await using var ofBob = await EventReader.FollowAsync(bob, "/tasks/events");
        await using var ofCarol = await EventReader.FollowAsync(carol, "/tasks/events");
        await OpenAsync(4);
        var job = server.Get<IEnumerable<IPeriodicJob>>().OfType<CloseEndedSessions>().Single();
        time.SetForward(TimeSpan.FromHours(1) - TimeSpan.FromMilliseconds(1));
        await job.RunAsync(Token);
        (await alice.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        server.Get<HeldConnections>().Count.Should().Be(4);

        time.SetForward(TimeSpan.FromMilliseconds(1));
        await job.RunAsync(Token);

        await OpenAsync(2);
        await stream.EndsAsync();
        (await poll).HttpStatus.Should().Be(401);
        (await EventReader.OpenAsync(alice, "/tasks/events")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        Task OpenAsync(int count) => Eventually.BecomesTrue(() => server.Get<HeldConnections>().Count == count, $"{count} being open");
    }

    [Fact]
    public async Task Behind_a_proxy_with_TLS_the_cookie_is_for_TLS_alone()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Proxies:Trusted:0"] = "127.0.0.0/8" }
        );
        await server.AddUserAsync("alice", password: SessionDriver.Password);
        using var browser = server.Guest();
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");

        using var answer = await browser.TrySignInAsync("alice", SessionDriver.Password);

        answer.Headers.GetValues("Set-Cookie").Single().Should().StartWith("__Host-taskprocessing_session=").And.Contain("; secure");
        using var copy = Copy(server, answer);
        copy.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        (await copy.GetAsync(Tasks, Token)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task There_are_no_sessions_where_pages_are_off()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Pages:Enabled"] = "false" });
        using var browser = server.Guest();

        (await browser.TrySignInAsync("alice", "wonderland")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.GetAsync("/", Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await browser.PostAsync("/login/v2", null, Token)).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    private static HttpClient Copy(TestServer server, HttpResponseMessage answer)
    {
        var client = new HttpClient(new HttpClientHandler { UseCookies = false }) { BaseAddress = server.Address };
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Add("Cookie", answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0]);
        return client;
    }

    [GeneratedRegex(@"^taskprocessing_session=[A-Za-z0-9]{72}; max-age=604800; path=/; samesite=lax; httponly\z")]
    private static partial Regex Cookie();
}

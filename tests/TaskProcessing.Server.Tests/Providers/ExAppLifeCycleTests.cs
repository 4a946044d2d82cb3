using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers;

public sealed class ExAppLifeCycleTests
{
    private const string Status = "/ocs/v1.php/apps/app_api/ex-app/status?format=json";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_app_is_initialised_once_and_enabled_when_it_says_100()
    {
        await using var server = await TestServer.StartAsync();
        await using var app = await FakeExApp.StartAsync();
        using var client = await server.ExAppAsync("app", url: app.Url);

        await Eventually.BecomesTrue(() => app.Calls.Contains("POST /init"), "/init");
        (await StateAsync(client)).Should().Be(0, "it is not enabled yet");
        await client.PutAsJsonAsync(Status, new { progress = 40, error = "" }, Token);
        (await server.StatusAsync("app")).Should().BeEquivalentTo(new { Stage = ExAppStage.Initialising, InitProgress = 40 });
        app.Calls.Should().NotContain("PUT /enabled?enabled=1");
        await client.PutAsJsonAsync(Status, new { progress = 100, error = "" }, Token);
        await server.ReachesAsync("app", ExAppStage.Enabled);

        (await StateAsync(client)).Should().Be(1);
        app.Calls.Should().Equal("GET /heartbeat", "POST /init", "GET /heartbeat", "PUT /enabled?enabled=1");
        await DisableAsync(server, "app");
        await EnableAsync(server, "app");
        app.Calls.Skip(4).Should().Equal("PUT /enabled?enabled=0", "GET /heartbeat", "GET /heartbeat", "PUT /enabled?enabled=1");
    }

    [Fact]
    public async Task AppAPI_headers_go_with_every_call_but_the_heartbeat()
    {
        await using var server = await TestServer.StartAsync();
        await using var app = await FakeExApp.StartAsync();
        app.Answers["POST /init"] = (501, "");
        await server.AddExAppAsync("app", url: app.Url + "/");
        await server.ReachesAsync("app", ExAppStage.Enabled);

        var headers = app.Requests.Select(request => request.Headers).ToList();
        headers[0].Should().NotContainKey("AUTHORIZATION-APP-API");
        foreach (var call in (int[])[1, 3])
        {
            headers[call]["EX-APP-ID"].ToString().Should().Be("app");
            headers[call]["EX-APP-VERSION"].ToString().Should().Be("1.0.0");
            headers[call]["AA-VERSION"].ToString().Should().Be("35.0.0");
            headers[call]["AA-REQUEST-ID"].ToString().Should().NotBeEmpty();
            Encoding.UTF8.GetString(Convert.FromBase64String(headers[call]["AUTHORIZATION-APP-API"]!)).Should().Be(":secret");
        }
    }

    [Theory]
    [InlineData("POST /init", 401, "", "APP_SECRET")]
    [InlineData("PUT /enabled?enabled=1", 401, "", "APP_SECRET")]
    [InlineData("PUT /enabled?enabled=1", 200, """{"error":"no model"}""", "no model")]
    public async Task An_app_that_refuses_fails_visibly_and_enabling_it_again_tries_again(
        string call,
        int status,
        string body,
        string problem
    )
    {
        await using var server = await TestServer.StartAsync();
        await using var app = await FakeExApp.StartAsync();
        app.Answers["POST /init"] = (404, "");
        app.Answers[call] = (status, body);
        server.ExpectedLog.Add("Could not enable app");
        await server.AddExAppAsync("app", url: app.Url);

        await server.ReachesAsync("app", ExAppStage.Failed, problem);
        app.Answers[call] = (200, "");
        app.Answers["POST /init"] = (404, "");
        await EnableAsync(server, "app");
    }

    [Fact]
    public async Task An_error_of_the_preparations_is_kept_until_the_app_reports_progress_again()
    {
        await using var server = await TestServer.StartAsync();
        await using var app = await FakeExApp.StartAsync();
        using var client = await server.ExAppAsync("app", url: app.Url);
        server.ExpectedLog.Add("failed to initialise");
        await Eventually.BecomesTrue(() => app.Calls.Contains("POST /init"), "/init");

        await client.PutAsJsonAsync(Status, new { progress = 50, error = "disk full" }, Token);
        await server.ReachesAsync("app", ExAppStage.Failed, "disk full");
        await client.PutAsJsonAsync(Status, new { progress = 60, error = "" }, Token);
        await server.ReachesAsync("app", ExAppStage.Initialising);
        await client.PutAsJsonAsync(Status, new { progress = 100 }, Token);
        await server.ReachesAsync("app", ExAppStage.Enabled);
    }

    [Fact]
    public async Task An_app_that_is_not_there_yet_is_called_until_it_is_and_then_given_up()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            time: time,
            settings: new Dictionary<string, string> { ["AppApi:StartTimeoutSeconds"] = "30" }
        );
        await using var app = await FakeExApp.StartAsync();
        app.Answers["GET /heartbeat"] = (503, "");
        server.ExpectedLog.Add("Could not enable app");
        await server.AddExAppAsync("app", url: app.Url);

        await server.ReachesAsync("app", ExAppStage.Starting, "it answered 503");
        while ((await server.StatusAsync("app")).Stage != ExAppStage.Failed)
        {
            time.Advance(TimeSpan.FromSeconds(1));
            await Task.Yield();
        }

        app.Calls.Should().OnlyContain(call => call == "GET /heartbeat").And.HaveCountGreaterThan(1).And.HaveCountLessThan(32);
    }

    [Fact]
    public async Task A_removed_app_is_sent_enabled_0()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["AppApi:SkipInit"] = "true" });
        await using var app = await FakeExApp.StartAsync();
        await server.AddExAppAsync("app", url: app.Url);
        await server.ReachesAsync("app", ExAppStage.Enabled);
        app.Calls.Should().Equal("GET /heartbeat", "GET /heartbeat", "PUT /enabled?enabled=1");

        await server.Get<IExAppStore>().RemoveAsync("app", Token);
        await Eventually.BecomesTrue(() => app.Calls.Contains("PUT /enabled?enabled=0"), "the goodbye");
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task One_of_two_processes_brings_an_app_up(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var statuses = database.Get<IExAppStatusStore>();
        var now = DateTimeOffset.UnixEpoch;
        await database
            .Get<IExAppStore>()
            .TryAddAsync(
                new ExApp
                {
                    Id = "app",
                    Version = "1",
                    ProtectedSecret = "",
                    Enabled = true,
                    CreatedAt = now,
                },
                Token
            );

        (await statuses.TryDriveAsync("none", "a", now, now.AddSeconds(90), Token)).Should().BeFalse("there is no such app");
        (await statuses.TryDriveAsync("app", "a", now, now.AddSeconds(90), Token)).Should().BeTrue();
        (await statuses.TryDriveAsync("app", "b", now.AddSeconds(89), now.AddSeconds(179), Token)).Should().BeFalse();
        (await statuses.TryDriveAsync("app", "a", now.AddSeconds(89), now.AddSeconds(179), Token))
            .Should()
            .BeTrue("it has the right already");
        (await statuses.TryDriveAsync("app", "b", now.AddSeconds(180), now.AddSeconds(270), Token)).Should().BeTrue("the other died");
        await statuses.ReleaseAsync("app", "a", Token);
        (await statuses.TryDriveAsync("app", "a", now.AddSeconds(181), now.AddSeconds(270), Token))
            .Should()
            .BeFalse("it was not a's any more");
        await statuses.ReleaseAsync("app", "b", Token);
        (await statuses.TryDriveAsync("app", "a", now.AddSeconds(181), now.AddSeconds(270), Token)).Should().BeTrue();

        (await statuses.TryMoveAsync("app", ExAppStage.New, ExAppStage.Starting, "x", now, Token)).Should().BeTrue();
        (await statuses.TryMoveAsync("app", ExAppStage.New, ExAppStage.Failed, null, now, Token)).Should().BeFalse("it has moved on");
        (await statuses.ListAsync(Token))
            .Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(
                new
                {
                    Stage = ExAppStage.Starting,
                    Problem = "x",
                    StageSince = now,
                }
            );
    }

    private static async Task<int> StateAsync(HttpClient app) =>
        (await app.GetFromJsonAsync<JsonElement>("/ocs/v1.php/apps/app_api/ex-app/state", Token))
            .GetProperty("ocs")
            .GetProperty("data")
            .GetInt32();

    private static async Task EnableAsync(TestServer server, string id)
    {
        await server.Get<EnableExApp>().RunAsync(id, enabled: true, Token);
        await server.ReachesAsync(id, ExAppStage.Enabled);
    }

    private static async Task DisableAsync(TestServer server, string id)
    {
        await server.Get<EnableExApp>().RunAsync(id, enabled: false, Token);
        await server.ReachesAsync(id, ExAppStage.Disabled);
    }
}

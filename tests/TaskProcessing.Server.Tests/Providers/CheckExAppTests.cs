using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers;

public sealed class CheckExAppTests
{
    private static readonly Dictionary<string, string> Quick = new() { ["AppApi:SkipInit"] = "true" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nothing_is_wrong_with_an_app_that_works()
    {
        await using var server = await TestServer.StartAsync(settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        using var client = await server.ExAppAsync("app", url: app.Url);
        await server.ReachesAsync("app", ExAppStage.Enabled);
        await client.RegisterAsync("p", "core:text2text");
        await client.NextAsync("p", "core:text2text");
        await server.Get<ExAppPresenceKeeper>().RunAsync(Token);

        (await FindingsAsync(server)).Should().NotBeEmpty().And.OnlyContain(finding => finding.IsGood);
        (await server.Get<CheckExApp>().RunAsync("none", Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_wrong_secret_is_named_from_both_sides()
    {
        await using var server = await TestServer.StartAsync(settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        using var client = await server.ExAppAsync("app", url: app.Url);
        await server.ReachesAsync("app", ExAppStage.Enabled);
        app.Answers["PUT /enabled?enabled=1"] = (401, "");
        client.DefaultRequestHeaders.Remove("AUTHORIZATION-APP-API");
        client.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", TestServer.Base64(":wrong"));
        await client.GetAsync("/ocs/v1.php/apps/app_api/ex-app/state", Token);
        await server.Get<ExAppPresenceKeeper>().RunAsync(Token);

        var wrong = await WrongAsync(server);

        wrong.Should().Contain(text => text.Contains("APP_SECRET is not the one stored here"));
        wrong.Should().Contain(text => text.Contains("was refused") && text.Contains("the secret was wrong"));
    }

    [Fact]
    public async Task An_address_without_a_listener_is_named()
    {
        await using var server = await TestServer.StartAsync(settings: Quick);
        await server.AddExAppAsync("app", url: "http://127.0.0.1:1");
        await server.ReachesAsync("app", ExAppStage.Starting, "127.0.0.1:1");

        (await WrongAsync(server)).Should().Contain(text => text.Contains("http://127.0.0.1:1 cannot be reached"));
    }

    [Fact]
    public async Task Something_else_at_the_address_another_clock_and_an_older_version_are_named()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        app.Answers["GET /heartbeat"] = (404, "");
        using var client = await server.ExAppAsync("app", url: app.Url);
        client.DefaultRequestHeaders.Remove("EX-APP-VERSION");
        client.DefaultRequestHeaders.Add("EX-APP-VERSION", "0.9.0");
        await client.GetAsync("/ocs/v1.php/apps/app_api/ex-app/state", Token);
        await server.Get<ExAppPresenceKeeper>().RunAsync(Token);

        var wrong = await WrongAsync(server);

        wrong.Should().Contain(text => text.Contains("answers 404"));
        wrong.Should().Contain(text => text.Contains("clock"), "the test's clock stands still");
        wrong.Should().Contain(text => text.Contains("version 0.9.0"));
    }

    [Fact]
    public async Task A_disabled_app_and_one_that_never_asks_are_named()
    {
        await using var server = await TestServer.StartAsync();
        await server.AddExAppAsync("app", enabled: false);
        (await WrongAsync(server)).Should().ContainSingle().Which.Should().Contain("disabled");

        await server.Get<EnableExApp>().RunAsync("app", enabled: true, Token);

        (await WrongAsync(server))
            .Should()
            .HaveCount(2)
            .And.Contain(text => text.Contains("never asked for tasks"))
            .And.Contain(text => text.Contains("no provider"));
    }

    [Theory]
    [InlineData(false, false, ExAppStage.New, -1, "disabled")]
    [InlineData(true, false, ExAppStage.New, -1, "never seen")]
    [InlineData(true, false, ExAppStage.New, 5, "enabled")]
    [InlineData(true, false, ExAppStage.New, 3600, "silent since 2026-07-01 11:00 UTC")]
    [InlineData(true, true, ExAppStage.New, -1, "never seen")]
    [InlineData(true, true, ExAppStage.Starting, -1, "starting: refused")]
    [InlineData(true, true, ExAppStage.Initialising, 5, "init 40 %")]
    [InlineData(true, true, ExAppStage.Enabled, 5, "enabled")]
    [InlineData(true, true, ExAppStage.Enabled, 3600, "silent since 2026-07-01 11:00 UTC")]
    [InlineData(true, true, ExAppStage.Failed, 5, "failed: refused")]
    internal void The_condition_is_told_in_a_few_words(bool enabled, bool listens, ExAppStage stage, int silentSeconds, string expected)
    {
        var now = new ManualTimeProvider().GetUtcNow();
        var app = new ExApp
        {
            Id = "app",
            Version = "1",
            ProtectedSecret = "",
            Url = listens ? "http://app" : null,
            Enabled = enabled,
            CreatedAt = now,
        };
        var status = new ExAppStatus
        {
            AppId = "app",
            Stage = stage,
            Problem = stage is ExAppStage.Starting or ExAppStage.Failed ? "refused" : null,
            InitProgress = 40,
            SeenAt = silentSeconds < 0 ? null : now.AddSeconds(-silentSeconds),
        };

        ExAppCondition.Describe(app, status, new ProviderOptions(), now).Should().Be(expected);
    }

    private static async Task<IReadOnlyList<ExAppFinding>> FindingsAsync(TestServer server) =>
        (await server.Get<CheckExApp>().RunAsync("app", Token))!;

    private static async Task<IEnumerable<string>> WrongAsync(TestServer server) =>
        (await FindingsAsync(server)).Where(finding => !finding.IsGood).Select(finding => finding.Text);
}

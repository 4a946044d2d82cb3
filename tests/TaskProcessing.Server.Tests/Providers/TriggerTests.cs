using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers;

public sealed class TriggerTests
{
    private const string Type = "core:text2text";
    private const string Trigger = "POST /trigger?providerId=app%3Ap";

    private static readonly Dictionary<string, string> Quick = new() { ["AppApi:SkipInit"] = "true", ["RateLimits:Enabled"] = "false" };

    [Fact]
    public async Task A_scheduled_task_triggers_its_provider_and_a_poll_ends_that()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        using var client = await EnabledAppAsync(server, app);
        using var alice = await server.UserAsync("alice");

        var id = await alice.ScheduleAsync(Type, new { input = "hello" });
        await Eventually.BecomesTrue(() => app.Calls.Contains(Trigger), "the trigger");
        (await client.NextAsync("app:p", Type)).Should().Be(id);
        (await client.NextAsync("app:p", Type)).Should().BeNull();
        await server.Get<FinishTask>().RunAsync(id, new FinishRequest(null, "done with it", null), CancellationToken.None);
        time.Advance(TimeSpan.FromHours(1));
        await alice.ScheduleAsync(Type, new { input = "again" });
        await Eventually.BecomesTrue(() => app.Calls.Count(call => call == Trigger) == 2, "the next trigger");
    }

    [Fact]
    public async Task A_trigger_is_repeated_with_growing_pauses_until_the_queue_is_empty_and_a_burst_adds_none()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time, settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        using var client = await EnabledAppAsync(server, app);
        using var alice = await server.UserAsync("alice");

        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
            ids.Add(await alice.ScheduleAsync(Type, new { input = "hello" }));
        await Eventually.BecomesTrue(() => app.Calls.Contains(Trigger), "the trigger");
        foreach (var (pauses, seconds) in new[] { (1, 1), (2, 2), (3, 4), (4, 8) })
        {
            // The pause begins only when the app has answered: time goes on until the next call is there.
            await Eventually.BecomesTrue(
                () => Advanced(time, app.Calls.Count(call => call == Trigger) > pauses),
                $"the trigger after {seconds} seconds"
            );
        }

        app.Calls.Count(call => call == Trigger).Should().BeLessThan(20);
        foreach (var id in ids)
            await alice.PostAsync($"/ocs/v2.php/taskprocessing/tasks/{id}/cancel", null, TestContext.Current.CancellationToken);
        var before = app.Calls.Count;
        for (var i = 0; i < 10; i++)
            time.Advance(TimeSpan.FromMinutes(1));
        app.Calls.Count.Should().BeLessThanOrEqualTo(before + 1, "at most one was under way");
    }

    [Theory]
    [InlineData(404)]
    [InlineData(405)]
    public async Task An_app_that_knows_no_POST_is_triggered_by_GET_and_that_is_remembered(int status)
    {
        await using var server = await TestServer.StartAsync(settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        app.Answers[Trigger] = (status, "");
        using var client = await EnabledAppAsync(server, app);
        using var alice = await server.UserAsync("alice");
        var get = Trigger.Replace("POST", "GET", StringComparison.Ordinal);

        for (var i = 1; i <= 2; i++)
        {
            var id = await alice.ScheduleAsync(Type, new { input = "hello" });
            await Eventually.BecomesTrue(() => app.Calls.Count(call => call == get) == i, "the trigger by GET");
            (await client.NextAsync("app:p", Type)).Should().Be(id);
        }

        app.Calls.Count(call => call == Trigger).Should().Be(1);
    }

    [Fact]
    public async Task Tasks_that_waited_before_the_provider_came_trigger_it_too()
    {
        await using var server = await TestServer.StartAsync(settings: Quick);
        await using var app = await FakeExApp.StartAsync();
        using var client = await EnabledAppAsync(server, app);
        using var alice = await server.UserAsync("alice");
        using var other = await server.ExAppAsync("other");
        await other.RegisterAsync("other:p", "core:text2text:summary");
        await alice.ScheduleAsync("core:text2text:summary", new { input = "hello" });

        await client.RegisterAsync("app:s", "core:text2text:summary");
        await other.DeleteAsync(
            "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing?name=other:p",
            TestContext.Current.CancellationToken
        );

        await Eventually.BecomesTrue(() => app.Calls.Contains("POST /trigger?providerId=app%3As"), "the trigger");
    }

    private static bool Advanced(ManualTimeProvider time, bool isThere)
    {
        if (!isThere)
            time.Advance(TimeSpan.FromSeconds(1));
        return isThere;
    }

    private static async Task<HttpClient> EnabledAppAsync(TestServer server, FakeExApp app)
    {
        var client = await server.ExAppAsync("app", url: app.Url);
        await server.ReachesAsync("app", ExAppStage.Enabled);
        await client.RegisterAsync("app:p", Type);
        return client;
    }
}

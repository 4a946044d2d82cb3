using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Provider apps written for Nextcloud: each is a separate process that sends the requests of the real one.</summary>
public sealed class ExAppJourneyTests
{
    private static readonly IReadOnlyDictionary<string, string> NoLimits = new Dictionary<string, string>
    {
        ["RateLimits:Enabled"] = "false",
    };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task Llm2_comes_up_and_does_a_hundred_tasks_each_once(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), settings: NoLimits);
        using var alice = await server.UserAsync("alice");
        await using var app = await StartAsync(server, "llm2");

        app.Calls.Should().StartWith(["GET /heartbeat", "POST /init", "GET /heartbeat", "PUT /enabled?enabled=1"]);
        var ids = new List<long>();
        for (var i = 0; i < 100; i++)
            ids.Add(
                await alice.ScheduleAsync(
                    i % 2 == 0 ? "core:text2text" : "core:text2text:summary",
                    new { input = $"task {i}" },
                    preferStreaming: i % 10 == 0
                )
            );
        await Eventually.BecomesTrue(() => app.Events("finished").Count() >= 100, "the end of a hundred tasks");

        app.Claimed.Should().BeEquivalentTo(ids).And.OnlyHaveUniqueItems();
        app.Events("streamed").Should().HaveCount(20);
        app.Mishaps.Should().BeEmpty();
        foreach (var (i, id) in ids.Index())
            (await alice.TaskAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be($"TASK {i}");
        app.Calls.Should().Contain("POST /trigger?providerId=llm2%3Atiny%3Acore%3Atext2text");
    }

    [Fact]
    public async Task Whisper_reads_the_file_and_has_its_text_reformatted_in_the_name_of_the_user()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>(NoLimits)
            {
                ["Providers:Order:0:TaskType"] = "core:audio2text",
                ["Providers:Order:0:Providers:0"] = "stt_whisper2_enhanced:small",
            }
        );
        using var alice = await server.UserAsync("alice");
        var sound = await alice.PutFileAsync("sound.wav", "spoken words"u8.ToArray());
        await using var llm = await StartAsync(server, "llm2");
        await using var whisper = await StartAsync(server, "stt_whisper2", kind: "whisper");

        var ids = new List<long>();
        for (var i = 0; i < 100; i++)
            ids.Add(await alice.ScheduleAsync("core:audio2text", new { input = sound }));
        await Eventually.BecomesTrue(() => whisper.Events("finished").Count() >= 100, "the end of a hundred tasks");

        whisper.Claimed.Should().BeEquivalentTo(ids).And.OnlyHaveUniqueItems();
        llm.Claimed.Should().HaveCount(100).And.OnlyHaveUniqueItems();
        whisper.Mishaps.Concat(llm.Mishaps).Should().BeEmpty();
        foreach (var id in ids)
            (await alice.TaskAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("SPOKEN WORDS");
        (await alice.TaskAsync(llm.Claimed.First())).GetProperty("appId").GetString().Should().Be("stt_whisper2");
    }

    [Fact]
    public async Task An_app_that_is_killed_in_the_middle_of_a_task_goes_on_with_the_others_when_it_is_started_again()
    {
        await using var server = await TestServer.StartAsync(settings: NoLimits);
        using var alice = await server.UserAsync("alice");
        var first = await StartAsync(server, "llm2");
        var held = await alice.ScheduleAsync("core:text2text", new { input = "hold this" });
        await Eventually.BecomesTrue(() => first.Claimed.Contains(held), "the claim");
        var later = await alice.ScheduleAsync("core:text2text", new { input = "and this" });
        var port = first.Port;
        await first.DisposeAsync();

        // It is enabled already, so it works at once, without another /enabled.
        await using var second = await StandInExApp.StartAsync(server, "llm2", port: port);
        await Eventually.BecomesTrue(() => second.Events("finished").Any(), "the task that waited");

        second.Claimed.Should().Equal(later);
        second.Events("started").Single().GetProperty("enabled").GetBoolean().Should().BeTrue();
        second.Calls.Should().NotContain(call => call.Contains("/enabled"));
        (await alice.TaskAsync(later)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
    }

    [Fact]
    public async Task A_disabled_app_takes_its_providers_back_and_gets_no_more_tasks()
    {
        await using var server = await TestServer.StartAsync(settings: NoLimits);
        await using var app = await StartAsync(server, "llm2");
        server.Get<CurrentTaskTypes>().Current.Find("core:contextwrite").Should().NotBeNull();

        await server.Get<EnableExApp>().RunAsync("llm2", enabled: false, Token);
        await server.ReachesAsync("llm2", ExAppStage.Disabled);

        app.Events("unregistered").Should().HaveCount(13);
        app.Events("not unregistered").Should().BeEmpty();
        server.Get<CurrentTaskTypes>().Current.Find("core:contextwrite").Should().BeNull();
    }

    [Fact]
    public async Task A_wrong_secret_in_either_direction_is_a_failed_login()
    {
        await using var server = await TestServer.StartAsync(settings: NoLimits);
        server.ExpectedLog.Add("Could not enable app");
        await server.AddExAppAsync("llm2", enabled: false);
        await using var app = await StandInExApp.StartAsync(server, "llm2", secret: "another");

        app.Events("state failed").Single().GetProperty("error").GetString().Should().Contain("HTTP 401");
        await BringUpAsync(server, "llm2", app.Url);
        await server.ReachesAsync("llm2", ExAppStage.Failed, "APP_SECRET");
    }

    /// <summary>Starts a stand-in; then makes it known with its address, and waits until it is enabled.</summary>
    private static async Task<StandInExApp> StartAsync(TestServer server, string id, string kind = "llm2")
    {
        await server.AddExAppAsync(id, enabled: false);
        var app = await StandInExApp.StartAsync(server, id, kind);
        await BringUpAsync(server, id, app.Url);
        await server.ReachesAsync(id, ExAppStage.Enabled);
        return app;
    }

    private static async Task BringUpAsync(TestServer server, string id, string url)
    {
        await server.Get<IExAppStore>().RemoveAsync(id, Token);
        await server.AddExAppAsync(id, url: url);
    }
}

using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>Routes that Nextcloud 33 to 35 added to the recorded 32.</summary>
public sealed class LaterRoutesTests
{
    private const string Both =
        "providerIds[]=worker:core:text2text&providerIds[]=worker:core:text2text:summary"
        + "&taskTypeIds[]=core:text2text&taskTypeIds[]=core:text2text:summary";

    [Fact]
    public async Task An_app_schedules_reads_cancels_and_deletes_with_and_without_a_user()
    {
        await using var server = await TestServer.StartAsync();
        using var forNobody = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        using var forAlice = await server.ExAppAsync("worker", "alice");

        foreach (var (app, userId) in new[] { (forNobody, (string?)null), (forAlice, "alice") })
        {
            (await app.OcsAsync("GET", "/tasks_consumer/tasktypes")).Data!["types"]!
                .AsObject()
                .Should()
                .ContainSingle(type => type.Key == "core:text2text");
            var task = await app.OcsAsync(
                "POST",
                "/tasks_consumer/schedule",
                new
                {
                    input = new { input = "hello" },
                    type = "core:text2text",
                    appId = "test",
                    includeWatermark = false,
                    preferStreaming = true,
                }
            );
            ((string?)task.Task["userId"]).Should().Be(userId);
            ((bool)task.Task["includeWatermark"]!).Should().BeFalse();
            ((bool)task.Task["preferStreaming"]!).Should().BeTrue();

            (await alice.OcsAsync("GET", $"/task/{task.TaskId}")).HttpStatus.Should().Be(userId is null ? 404 : 200);
            (await app.OcsAsync("GET", $"/tasks_consumer/task/{task.TaskId}")).TaskId.Should().Be(task.TaskId);
            (await app.OcsAsync("POST", $"/tasks_consumer/tasks/{task.TaskId}/cancel")).Task["status"]!
                .ToString()
                .Should()
                .Be("STATUS_CANCELLED");
            (await app.OcsAsync("DELETE", $"/tasks_consumer/task/{task.TaskId}")).HttpStatus.Should().Be(200);
            (await app.OcsAsync("GET", $"/tasks_consumer/task/{task.TaskId}"))
                .Should()
                .BeEquivalentTo(new { HttpStatus = 404, Message = "Task not found" });
        }
    }

    [Theory]
    [InlineData("GET", "/tasks_consumer/tasktypes")]
    [InlineData("POST", "/tasks_consumer/schedule")]
    [InlineData("GET", "/tasks_consumer/task/1")]
    [InlineData("DELETE", "/tasks_consumer/task/1")]
    [InlineData("POST", "/tasks_consumer/tasks/1/cancel")]
    [InlineData("GET", "/tasks_provider/next_batch")]
    [InlineData("POST", "/tasks_provider/1/stream-result")]
    public async Task Users_may_not_use_the_routes_of_apps(string method, string route)
    {
        await using var server = await TestServer.StartAsync();
        using var admin = await server.UserAsync("boss", isAdmin: true);

        (await admin.OcsAsync(method, route))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 412,
                    StatusCode = 0,
                    Message = "ExApp required",
                }
            );
    }

    [Fact]
    public async Task A_batch_holds_as_many_tasks_as_asked_for_and_says_whether_more_wait()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text", "core:text2text:summary");
        using var alice = await server.UserAsync("alice");
        for (var count = 0; count < 2; count++)
        {
            await alice.ScheduleAsync();
            await alice.ScheduleAsync("core:text2text:summary");
        }

        (await BatchAsync(worker, "0")).Should().Be((0, true));
        (await BatchAsync(worker, "-5")).Should().Be((0, true));
        var first = await worker.OcsAsync("GET", $"/tasks_provider/next_batch?{Both}");
        first.Data!["tasks"]!.AsArray().Should().ContainSingle();
        first.Data["tasks"]![0]!["provider"]!.ToString().Should().Be("worker:core:text2text");
        first.Data["tasks"]![0]!["task"]!["status"]!.ToString().Should().Be("STATUS_RUNNING");
        (await BatchAsync(worker, "2")).Should().Be((2, true));
        (await BatchAsync(worker, "100000")).Should().Be((1, false));
        (await BatchAsync(worker, "3")).Should().Be((0, false));
        (await worker.OcsAsync("GET", "/tasks_provider/next_batch?providerIds[]=other&taskTypeIds[]=core:text2text"))
            .Data!.ToJsonString()
            .Should()
            .Be("""{"tasks":[],"has_more":false}""");
    }

    [Fact]
    public async Task The_queue_position_counts_from_one_and_only_for_waiting_tasks_of_ones_own()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text", "core:text2text:summary");
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        var first = (await bob.ScheduleAsync("core:text2text:summary")).TaskId;
        var second = (await alice.ScheduleAsync()).TaskId;

        (await bob.OcsAsync("GET", $"/tasks/{first}/queue_position")).Data!.ToJsonString().Should().Be("1");
        (await alice.OcsAsync("GET", $"/tasks/{second}/queue_position")).Data!.ToJsonString().Should().Be("2");
        (await alice.OcsAsync("GET", $"/tasks/{first}/queue_position"))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 404, Message = "Task not found" });

        await worker.OcsAsync("GET", $"/tasks_provider/next?{Both}");
        (await bob.OcsAsync("GET", $"/tasks/{first}/queue_position")).HttpStatus.Should().Be(412);
        (await alice.OcsAsync("GET", $"/tasks/{second}/queue_position")).Data!.ToJsonString().Should().Be("1");
    }

    [Fact]
    public async Task An_administrator_counts_waiting_and_running_tasks_of_all_users()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text", "core:text2text:summary");
        using var alice = await server.UserAsync("alice");
        using var admin = await server.UserAsync("boss", isAdmin: true);
        await alice.ScheduleAsync();
        await alice.ScheduleAsync();
        await admin.ScheduleAsync("core:text2text:summary");
        await worker.OcsAsync("GET", "/tasks_provider/next?providerIds[]=worker:core:text2text&taskTypeIds[]=core:text2text");

        (await CountsAsync(admin, "")).Should().Be((2, 1));
        (await CountsAsync(admin, "?taskTypeIds[]=core:text2text")).Should().Be((1, 1));
        (await CountsAsync(admin, "?taskTypeId=core:text2text:summary,core:nothing")).Should().Be((1, 0));
        (await CountsAsync(admin, "?taskTypeIds[]=core:nothing")).Should().Be((0, 0));
        (await alice.OcsAsync("GET", "/queue_stats"))
            .Should()
            .BeEquivalentTo(
                new
                {
                    HttpStatus = 403,
                    StatusCode = 403,
                    MetaMessage = "Logged in account must be an admin",
                }
            );
    }

    [Fact]
    public async Task A_stream_shows_partial_output_while_the_task_runs()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;

        (await StreamAsync(worker, id, "too early")).Task["output"].Should().BeNull("it does not run yet");
        await worker.OcsAsync("GET", $"/tasks_provider/next?{Both}");
        time.Advance(TimeSpan.FromSeconds(2));
        (await StreamAsync(worker, id, "wor")).Task["output"]!.ToJsonString().Should().Be("""{"output":"wor"}""");
        (await StreamAsync(worker, id, "worl")).Task["output"]!
            .ToJsonString()
            .Should()
            .Be("""{"output":"wor"}""", "the last piece is less than half a second old");
        await StreamAsync(worker, id, "world");
        var seen = (await alice.TaskAsync(id)).GetProperty("output");
        seen.GetRawText().Should().Be("""{"output":"wor"}""");

        await using var events = await EventReader.FollowAsync(alice, $"/task/{id}/events");
        await events.NextAsync();
        time.Advance(TimeSpan.FromMilliseconds(500));
        (await events.NextAsync())
            .Data.GetProperty("output")
            .GetRawText()
            .Should()
            .Be("""{"output":"ld"}""", "the worker pauses, and its last piece is seen");

        var done = await worker.OcsAsync(
            "POST",
            $"/tasks_provider/{id}/result",
            new { errorMessage = "secret", userFacingErrorMessage = "It broke" }
        );
        done.Task["status"]!.ToString().Should().Be("STATUS_FAILED");
        done.Task["userFacingErrorMessage"]!.ToString().Should().Be("It broke");
        done.Task["output"]!.ToJsonString().Should().Be("""{"output":"world"}""", "what was streamed stays visible");
        done.Data!.ToJsonString().Should().NotContain("secret");

        (await worker.OcsAsync("POST", $"/tasks_provider/{id}/stream-result", new { }))
            .Should()
            .BeEquivalentTo(new { HttpStatus = 400, Message = "Parameter \"output\" is missing; it must be an object" });
        (await StreamAsync(worker, 999_999, "x")).Should().BeEquivalentTo(new { HttpStatus = 404, Message = "Not found" });
    }

    [Fact]
    public async Task Tasks_can_be_listed_in_portions_of_one_status()
    {
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        var ids = new List<long>();
        for (var number = 0; number < 4; number++)
            ids.Add((await alice.ScheduleAsync()).TaskId);
        await alice.OcsAsync("POST", $"/tasks/{ids[1]}/cancel");

        (await ListAsync("")).Should().Equal(ids);
        (await ListAsync("?newest=2")).Should().Equal(ids[3], ids[2]);
        (await ListAsync($"?newest=2&olderThan={ids[2]}")).Should().Equal(ids[1], ids[0]);
        (await ListAsync("?newest=9&withStatus=STATUS_SCHEDULED")).Should().Equal(ids[3], ids[2], ids[0]);
        (await ListAsync("?withStatus=STATUS_CANCELLED&taskType=core:text2text")).Should().Equal(ids[1]);
        var wrong = await alice.OcsAsync("GET", "/tasks?withStatus=done");
        (wrong.HttpStatus, wrong.Message).Should().Be((400, "Parameter \"withStatus\" must be a status such as STATUS_RUNNING"));

        async Task<IEnumerable<long>> ListAsync(string query) =>
            (await alice.OcsAsync("GET", $"/tasks{query}")).Data!["tasks"]!.AsArray().Select(task => (long)task!["id"]!);
    }

    private static Task<OcsReply> StreamAsync(HttpClient worker, long id, string output) =>
        worker.OcsAsync("POST", $"/tasks_provider/{id}/stream-result", new { output = new { output } });

    private static async Task<(int Count, bool HasMore)> BatchAsync(HttpClient worker, string count)
    {
        var data = (await worker.OcsAsync("GET", $"/tasks_provider/next_batch?{Both}&numberOfTasks={count}")).Data!;
        return (data["tasks"]!.AsArray().Count, (bool)data["has_more"]!);
    }

    private static async Task<(int Scheduled, int Running)> CountsAsync(HttpClient admin, string query)
    {
        var data = (JsonObject)(await admin.OcsAsync("GET", $"/queue_stats{query}")).Data!;
        data.Count.Should().Be(2);
        return ((int)data["scheduled_count"]!, (int)data["running_count"]!);
    }
}

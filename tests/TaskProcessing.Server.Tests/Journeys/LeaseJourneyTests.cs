using System.Net;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Workers that fall silent, give back or fail for now; requests that come twice, in a hurry or in masses.</summary>
public sealed class LeaseJourneyTests
{
    private const string Type = "core:text2text";

    [Fact]
    public async Task A_silent_worker_loses_its_task_and_a_heartbeat_keeps_it()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        server.ExpectedLog.Add("lease");
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        (await NextAsync(worker)).TaskId.Should().Be(id);

        // Thirty seconds of expected runtime make a lease of 120.
        for (var beat = 0; beat < 3; beat++)
        {
            time.Advance(TimeSpan.FromSeconds(110));
            await server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
            (await worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat")).Task["status"]!
                .GetValue<string>()
                .Should()
                .Be("STATUS_RUNNING");
        }

        time.Advance(TimeSpan.FromSeconds(121));
        await server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
        (await alice.OcsAsync("GET", $"/task/{id}")).Task["status"]!.GetValue<string>().Should().Be("STATUS_SCHEDULED");
        (await NextAsync(worker)).TaskId.Should().Be(id, "it is handed out again");
    }

    [Fact]
    public async Task After_three_lost_workers_a_task_fails_and_a_late_result_is_ignored()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        server.ExpectedLog.Add("lease");
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        for (var attempt = 0; attempt < 3; attempt++)
        {
            (await NextAsync(worker)).TaskId.Should().Be(id);
            time.Advance(TimeSpan.FromSeconds(121));
            await server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
        }

        (await alice.OcsAsync("GET", $"/task/{id}")).Task["status"]!.GetValue<string>().Should().Be("STATUS_FAILED");
        var late = await worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { output = new { output = "late" } });
        late.HttpStatus.Should().Be(200);
        late.Task["status"]!.GetValue<string>().Should().Be("STATUS_FAILED");
    }

    [Fact]
    public async Task A_late_result_counts_until_another_worker_has_finished_the_task()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        server.ExpectedLog.Add("lease");
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        await NextAsync(worker);
        time.Advance(TimeSpan.FromSeconds(121));
        await server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
        (await NextAsync(worker)).TaskId.Should().Be(id, "a second worker has it now");

        var late = await worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { output = new { output = "late" } });
        var second = await worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { output = new { output = "second" } });

        late.Task["status"]!.GetValue<string>().Should().Be("STATUS_SUCCESSFUL");
        second.HttpStatus.Should().Be(200);
        second.Task["output"]!["output"]!.GetValue<string>().Should().Be("late");
    }

    [Fact]
    public async Task A_released_task_is_there_for_the_next_worker_at_once()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        var claim = (await NextAsync(worker)).Claim;

        (await worker.OcsAsync("POST", $"/tasks_provider/{id}/release", new { claim })).Task["status"]!
            .GetValue<string>()
            .Should()
            .Be("STATUS_SCHEDULED");

        (await NextAsync(worker)).TaskId.Should().Be(id);
        (await worker.OcsAsync("POST", "/tasks_provider/4711/release", new { claim })).HttpStatus.Should().Be(404);
        (await worker.OcsAsync("POST", "/tasks_provider/4711/heartbeat")).HttpStatus.Should().Be(404);
        (await alice.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat")).HttpStatus.Should().Be(412);
    }

    [Fact]
    public async Task An_error_that_may_pass_has_the_task_tried_again_later()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        var claim = (await NextAsync(worker)).Claim;

        var reported = await worker.OcsAsync(
            "POST",
            $"/tasks_provider/{id}/result",
            new
            {
                errorMessage = "429",
                retryable = true,
                retryAfter = 300,
                claim,
            }
        );
        reported.Task["status"]!.GetValue<string>().Should().Be("STATUS_SCHEDULED");
        (await NextAsync(worker)).HttpStatus.Should().Be(204);
        time.Advance(TimeSpan.FromSeconds(600));
        await server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
        (await NextAsync(worker)).TaskId.Should().Be(id);

        var final = await worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { errorMessage = "broken" });
        final.Task["status"]!.GetValue<string>().Should().Be("STATUS_FAILED");
    }

    [Fact]
    public async Task A_request_with_the_same_key_is_the_same_task()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        alice.DefaultRequestHeaders.Add("Idempotency-Key", "order 66");

        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await alice.ScheduleAsync()).TaskId));

        ids.Distinct().Should().ContainSingle();
        var other = await alice.TryScheduleAsync(Type, new { input = "something else" });
        other.HttpStatus.Should().Be((int)HttpStatusCode.Conflict);
        using var bob = await server.UserAsync("bob");
        bob.DefaultRequestHeaders.Add("Idempotency-Key", "order 66");
        (await bob.ScheduleAsync()).TaskId.Should().NotBe(ids[0], "keys are the owner's");
    }

    [Fact]
    public async Task Haste_is_for_administrators_and_users_take_turns()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" });
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var boss = await server.UserAsync("boss", isAdmin: true);
        var ofAlice = new List<long>();
        for (var index = 0; index < 3; index++)
            ofAlice.Add((await alice.ScheduleAsync()).TaskId);
        var ofBob = (await bob.ScheduleAsync()).TaskId;
        var urgent = await boss.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input = new { input = "x" },
                type = Type,
                appId = "test",
                priority = 5,
            }
        );
        var presumptuous = await alice.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input = new { input = "x" },
                type = Type,
                appId = "test",
                priority = 5,
            }
        );

        presumptuous.HttpStatus.Should().Be((int)HttpStatusCode.Forbidden);
        var claimed = new List<long>();
        for (var index = 0; index < 5; index++)
            claimed.Add((await NextAsync(worker)).TaskId);
        claimed.Should().Equal(urgent.TaskId, ofAlice[0], ofBob, ofAlice[1], ofAlice[2]);
    }

    [Fact]
    public async Task A_user_with_too_many_waiting_tasks_is_answered_429()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Queue:MaxQueuedPerUser"] = "2" });
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        await alice.ScheduleAsync();
        await alice.ScheduleAsync();

        var refused = await alice.TryScheduleAsync(Type, new { input = "x" });

        refused.HttpStatus.Should().Be((int)HttpStatusCode.TooManyRequests);
        refused.Message.Should().NotBeEmpty();
        await NextAsync(worker);
        await alice.ScheduleAsync();
    }

    private static Task<OcsReply> NextAsync(HttpClient worker) =>
        worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");
}

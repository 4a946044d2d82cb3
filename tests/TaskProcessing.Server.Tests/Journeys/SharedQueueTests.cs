using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>One queue, served by several servers on one PostgreSQL database.</summary>
public sealed class SharedQueueTests
{
    private const string Type = "core:text2text";
    private const string Next = $"providerIds[]=worker:{Type}&taskTypeIds[]={Type}";

    private static readonly Dictionary<string, string> NoLimits = new() { ["RateLimits:Enabled"] = "false" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_that_are_claimed_one_by_one_and_in_batches_at_three_servers_are_each_given_once()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, settings: NoLimits);
        await using var two = await one.StartPeerAsync(settings: NoLimits);
        await using var three = await one.StartPeerAsync(settings: NoLimits);
        using var setUp = await one.WorkerAsync(Type);
        using var alice = await one.UserAsync("alice");
        var scheduled = await Task.WhenAll(Enumerable.Range(0, 120).Select(async _ => (await alice.ScheduleAsync()).TaskId));
        TestServer[] servers = [one, two, three];

        var claimed = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(async number =>
                {
                    using var worker = await servers[number % 3].ExAppAsync("worker");
                    var ids = new List<long>();
                    while (await ClaimAsync(worker, isBatch: number % 2 == 0) is { Count: > 0 } more)
                        ids.AddRange(more);
                    return ids;
                })
        );

        claimed.SelectMany(ids => ids).Order().Should().Equal(scheduled.Order());
    }

    [Fact]
    public async Task Users_take_turns_whichever_server_they_schedule_at_and_whichever_one_gives_their_tasks_out()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, settings: NoLimits);
        await using var two = await one.StartPeerAsync(settings: NoLimits);
        using var here = await one.WorkerAsync(Type);
        using var there = await two.ExAppAsync("worker");
        using var alice = await one.UserAsync("alice");
        using var bob = await two.UserAsync("bob");
        var owners = new Dictionary<long, string>();
        for (var count = 0; count < 6; count++)
            owners[(await alice.ScheduleAsync()).TaskId] = "alice";
        for (var count = 0; count < 3; count++)
            owners[(await bob.ScheduleAsync()).TaskId] = "bob";

        var order = new List<string>();
        for (var count = 0; count < 9; count++)
            order.Add(owners[(await ClaimAsync(count % 2 == 0 ? here : there, isBatch: false)).Single()]);

        order.Should().Equal("alice", "bob", "alice", "bob", "alice", "bob", "alice", "alice", "alice");
    }

    [Fact]
    public async Task A_request_that_comes_again_at_another_server_gets_the_task_of_the_first()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, settings: NoLimits);
        await using var two = await one.StartPeerAsync(settings: NoLimits);
        using var worker = await one.WorkerAsync(Type);
        await one.AddUserAsync("alice");
        TestServer[] servers = [one, two];

        var ids = await Task.WhenAll(
            Enumerable
                .Range(0, 20)
                .Select(async call =>
                {
                    using var alice = servers[call % 2].Guest();
                    alice.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("alice:token-of-alice"));
                    alice.DefaultRequestHeaders.Add("Idempotency-Key", $"key {call / 10}");
                    return (await alice.ScheduleAsync()).TaskId;
                })
        );

        ids[..10].Distinct().Should().ContainSingle();
        ids[10..].Distinct().Should().ContainSingle().And.NotEqual(ids[..1]);
    }

    private static async Task<List<long>> ClaimAsync(HttpClient worker, bool isBatch)
    {
        using var answer = await worker.GetAsync(
            isBatch ? $"{OcsDriver.Root}/tasks_provider/next_batch?{Next}&numberOfTasks=7" : $"{OcsDriver.Root}/tasks_provider/next?{Next}",
            Token
        );
        answer.EnsureSuccessStatusCode();
        if (answer.StatusCode == System.Net.HttpStatusCode.NoContent)
            return [];

        var data = (await answer.Content.ReadFromJsonAsync<JsonNode>(Token))!["ocs"]!["data"]!;
        return isBatch ? [.. data["tasks"]!.AsArray().Select(entry => (long)entry!["task"]!["id"]!)] : [(long)data["task"]!["id"]!];
    }
}

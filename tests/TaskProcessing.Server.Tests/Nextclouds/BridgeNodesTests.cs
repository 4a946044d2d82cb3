using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>Two nodes on one database: one of them works for a connection, and the other goes on when it stops.</summary>
public sealed class BridgeNodesTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_node_that_stops_hands_its_connection_over_with_the_tasks_and_their_results()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var one = await StandInNextcloud.StartNodeAsync(database);
        await using var two = await StandInNextcloud.StartNodeAsync(database);
        using var worker = await one.WorkerAsync(Type);
        await cloud.ConnectAsync(one);
        await two.Get<ChangeWatcher>().RunAsync(Token);
        await cloud.Server.OffersAsync(Type);
        var first = await HolderAsync(one, two);
        var second = first == one ? two : one;
        var stopped = first.Get<WorkForNextcloud>().Holder;
        using var alice = await cloud.Server.UserAsync("alice");
        using var here = await second.ExAppAsync("worker");
        // Of these one waits, one runs, and one ends while nobody looks.
        var ids = new List<long>();
        for (var count = 0; count < 3; count++)
            ids.Add(await alice.ScheduleAsync(Type, new { input = $"{count}" }));
        var running = await BridgeTests.ClaimedHereAsync(here, Type);
        var ended = await BridgeTests.ClaimedHereAsync(here, Type);
        await Eventually.BecomesTrue(
            () => first.Get<INextcloudTaskStore>().ListUnfinishedAsync("cloud", Token).GetAwaiter().GetResult().Count == 3,
            "taking all"
        );

        await first.DisposeAsync();
        (await second.Get<INextcloudTaskStore>().FindHoldAsync("cloud", Token))!.Holder.Should().NotBe(stopped, "it was given up");
        await here.FinishAsync(ended, new { output = "y" });
        await here.FinishAsync(running, new { output = "y" });
        await here.FinishAsync(await BridgeTests.ClaimedHereAsync(here, Type), new { output = "y" });

        foreach (var id in ids)
            (await alice.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("y");
        await BridgeTests.IsToldOnceAsync(cloud, second);
        cloud.Front.Count("result").Should().Be(3, "none is told twice");
    }

    [Fact]
    public async Task Of_two_nodes_one_works_for_a_connection()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var near = await StandInNextcloud.StartAsync("near");
        await using var far = await StandInNextcloud.StartAsync("far");
        await using var one = await StandInNextcloud.StartNodeAsync(database);
        await using var two = await StandInNextcloud.StartNodeAsync(database);
        using var worker = await one.WorkerAsync(Type);
        using var other = await two.ExAppAsync("worker");
        foreach (var cloud in new[] { near, far })
        {
            await cloud.ConnectAsync(one);
            await two.Get<ChangeWatcher>().RunAsync(Token);
            await cloud.Server.OffersAsync(Type);
        }

        var tasks = new List<(HttpClient User, long Id)>();
        foreach (var cloud in new[] { near, far })
        {
            var user = await cloud.Server.UserAsync("alice");
            for (var count = 0; count < 6; count++)
                tasks.Add((user, await user.ScheduleAsync(Type, new { input = $"{count}" })));
        }

        for (var count = 0; count < tasks.Count; count++)
        {
            var client = count % 2 == 0 ? worker : other;
            await client.FinishAsync(await BridgeTests.ClaimedHereAsync(client, Type), new { output = "y" });
        }

        foreach (var (user, id) in tasks)
            (await user.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        foreach (var cloud in new[] { near, far })
        {
            await BridgeTests.IsToldOnceAsync(cloud, one);
            cloud.Front.Count("result").Should().Be(6);
        }

        foreach (var user in tasks.Select(task => task.User).Distinct())
            user.Dispose();
    }

    private static async Task<TestServer> HolderAsync(params TestServer[] nodes)
    {
        TestServer? holder = null;
        await Eventually.BecomesTrue(
            () =>
            {
                var hold = nodes[0].Get<INextcloudTaskStore>().FindHoldAsync("cloud", Token).GetAwaiter().GetResult();
                holder = nodes.FirstOrDefault(node => node.Get<WorkForNextcloud>().Holder == hold?.Holder);
                return holder is not null;
            },
            "a hold"
        );
        return holder!;
    }
}

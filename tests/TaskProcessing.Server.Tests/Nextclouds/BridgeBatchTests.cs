using System.Collections.Concurrent;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>Tasks that wait together are taken together, where the Nextcloud can hand them out so.</summary>
public sealed class BridgeBatchTests
{
    private const string Type = "core:text2text";
    private const int Tasks = 6;

    [Theory]
    [InlineData(32, "next", false)]
    [InlineData(33, "next_batch", false)]
    [InlineData(33, "next_batch", true)]
    public async Task All_that_wait_are_taken_and_each_is_told_once(int version, string route, bool isLost)
    {
        await using var cloud = await StandInNextcloud.StartAsync(version: version);
        var handedOut = new ConcurrentQueue<(string Route, long Id)>();
        cloud.Front.Answered = (kind, id) =>
        {
            if (kind.StartsWith("next", StringComparison.Ordinal))
                handedOut.Enqueue((kind, id));
        };
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var ids = new List<long>();
        for (var count = 0; count < Tasks; count++)
            ids.Add(await alice.ScheduleAsync(Type, new { input = $"{count}" }));
        await using var bridge = await StandInNextcloud.StartBridgeAsync([]);
        bridge.ExpectedLog.Add("Nextcloud cloud: ");
        using var worker = await bridge.WorkerAsync(Type);
        if (isLost)
            cloud.Front.LoseAnswers(route, 1);

        await cloud.ConnectAsync(bridge);

        for (var count = 0; count < Tasks; count++)
            await worker.FinishAsync(await BridgeTests.ClaimedHereAsync(worker, Type), new { output = "done" });
        foreach (var id in ids)
            (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
        handedOut.Should().Equal(ids.Select((id, index) => (index == 0 ? "next" : route, id)), "the first one comes alone");
        if (version < 33)
            cloud.Front.Count("next_batch").Should().BeLessThanOrEqualTo(1, "a server without that route is asked once");
    }

    [Fact]
    public async Task No_more_are_taken_than_may_be_under_way()
    {
        await using var cloud = await StandInNextcloud.StartAsync(version: 33);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        for (var count = 0; count < Tasks; count++)
            await alice.ScheduleAsync(Type, new { input = $"{count}" });
        await using var bridge = await StandInNextcloud.StartBridgeAsync([]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.ConnectAsync(bridge, maxRunning: 3);

        var claimed = new List<long>();
        for (var count = 0; count < 3; count++)
            claimed.Add(await BridgeTests.ClaimedHereAsync(worker, Type));

        (await worker.NextAsync($"worker:{Type}", Type)).Should().BeNull("three are under way");
        foreach (var id in claimed)
            await worker.FinishAsync(id, new { output = "done" });
        for (var count = 3; count < Tasks; count++)
            await worker.FinishAsync(await BridgeTests.ClaimedHereAsync(worker, Type), new { output = "done" });
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }
}

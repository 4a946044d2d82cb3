using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>Two Nextclouds and a network that loses every eighth call, before or after it arrived: each task ends once all the same.</summary>
public sealed class BridgeLossTests
{
    private const string Type = "core:text2text";
    private const int TasksOfEach = 12;

    [Fact]
    public async Task Lost_calls_lose_no_task_and_tell_none_twice()
    {
        await using var near = await StandInNextcloud.StartAsync("near");
        await using var far = await StandInNextcloud.StartAsync("far");
        StandInNextcloud[] clouds = [near, far];
        await using var bridge = await StandInNextcloud.StartBridgeAsync(clouds);
        bridge.ExpectedLog.Add("Nextcloud near: ");
        bridge.ExpectedLog.Add("Nextcloud far: ");
        using var worker = await bridge.WorkerAsync(Type);
        using var done = new CancellationTokenSource();
        var working = WorkAsync(worker, done.Token);

        var tasks = new List<(HttpClient Alice, long Id)>();
        foreach (var cloud in clouds)
        {
            await cloud.OfferAsync(Type);
            cloud.Front.LossRate = 0.125;
            var alice = await cloud.Server.UserAsync("alice");
            for (var count = 0; count < TasksOfEach; count++)
                tasks.Add((alice, await alice.ScheduleAsync(Type, new { input = $"{cloud.Id} {count}" })));
        }

        foreach (var (alice, id) in tasks)
            (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");

        foreach (var cloud in clouds)
        {
            cloud.Front.LossRate = 0;
            await BridgeTests.IsToldOnceAsync(cloud, bridge);
        }

        await done.CancelAsync();
        await working;
        foreach (var alice in tasks.Select(task => task.Alice).Distinct())
            alice.Dispose();
    }

    private static async Task WorkAsync(HttpClient worker, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            var reply = await worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=1");
            if (reply.HttpStatus == 200)
                await worker.OcsAsync("POST", $"/tasks_provider/{reply.TaskId}/result", new { output = new { output = "done" } });
        }
    }
}

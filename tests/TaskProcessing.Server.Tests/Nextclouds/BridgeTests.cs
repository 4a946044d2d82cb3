using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>Tasks of a Nextcloud are worked on here, and each ends there exactly once.</summary>
public sealed class BridgeTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_task_of_a_Nextcloud_is_worked_on_here_and_its_result_is_there()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");

        var id = await alice.ScheduleAsync(Type, new { input = "What is new?" });
        var local = await ClaimedHereAsync(worker, Type);
        (await bridge.Get<ITaskStore>().FindAsync(local, Token))
            .Should()
            .BeEquivalentTo(
                new
                {
                    UserId = "cloud/alice",
                    AppId = "test",
                    Type,
                }
            );
        (await worker.FinishAsync(local, new { output = "Nothing" })).Should().Be("STATUS_SUCCESSFUL");

        var ended = await alice.EndedAsync(id);
        ended.GetProperty("output").GetProperty("output").GetString().Should().Be("Nothing");
        await IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task Files_go_there_and_back()
    {
        const string images = "core:text2image";
        const string sound = "core:audio2text";
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(images, sound);
        await cloud.OfferAsync(images, sound);
        using var alice = await cloud.Server.UserAsync("alice");

        var heard = await alice.ScheduleAsync(sound, new { input = await alice.PutFileAsync("a.mp3", "so it begins"u8.ToArray()) });
        var local = await ClaimedHereAsync(worker, sound);
        var input = (await bridge.Get<ITaskStore>().FindAsync(local, Token))!.Input;
        var file = System.Text.Json.JsonElement.Parse(input).GetProperty("input").GetInt64();
        (await worker.GetByteArrayAsync($"{OcsDriver.Root}/tasks_provider/{local}/file/{file}", Token))
            .Should()
            .Equal("so it begins"u8.ToArray());
        await worker.FinishAsync(local, new { output = "heard" });
        await alice.EndedAsync(heard);

        var drawn = await alice.ScheduleAsync(images, new { input = "a cat", numberOfImages = 2 });
        local = await ClaimedHereAsync(worker, images);
        long[] drawings = [await worker.UploadAsync(local, FileDriver.Png), await worker.UploadAsync(local, "second"u8.ToArray())];
        await worker.FinishAsync(local, new { images = drawings });

        var ended = await alice.EndedAsync(drawn);
        var there = ended.GetProperty("output").GetProperty("images").EnumerateArray().Select(image => image.GetInt64()).ToList();
        (await alice.TaskFileAsync(ended, there[0])).Should().Equal(FileDriver.Png);
        (await alice.TaskFileAsync(ended, there[1])).Should().Equal("second"u8.ToArray());
        await IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task Progress_is_shown_there_and_never_after_the_result()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var local = await ClaimedHereAsync(worker, Type);

        await worker.OcsAsync("POST", $"/tasks_provider/{local}/progress", new { progress = 0.25 });
        while (
            (await alice.TaskAsync(id, wait: 5)).GetProperty("progress") is not { ValueKind: System.Text.Json.JsonValueKind.Number } seen
            || seen.GetDouble() < 0.25
        ) { }
        await worker.FinishAsync(local, new { output = "y" });

        await alice.EndedAsync(id);
        await IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_failure_comes_with_its_words()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var local = await ClaimedHereAsync(worker, Type);

        await worker.OcsAsync(
            "POST",
            $"/tasks_provider/{local}/result",
            new { errorMessage = "CUDA out of memory", userFacingErrorMessage = "The text is too long." }
        );

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await cloud.Server.Get<ITaskStore>().FindAsync(id, Token))
            .Should()
            .BeEquivalentTo(
                new { ErrorMessage = "The text is too long. (CUDA out of memory)", UserFacingErrorMessage = "The text is too long." }
            );
        await IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task Tasks_are_listed_by_their_Nextcloud_and_are_nobodys_but_the_administrators()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        using var namesake = await bridge.UserAsync("alice");
        await namesake.ScheduleAsync(Type, new { input = "of this server" });
        await alice.ScheduleAsync(Type, new { input = "of the cloud" });
        var row = await TakenAsync(bridge);

        var tasks = bridge.Get<ITaskStore>();
        (await tasks.ListAsync(new() { NextcloudId = "cloud", Page = new(10) }, Token))
            .Select(task => task.Id)
            .Should()
            .Equal(row.TaskId!.Value);
        (await tasks.CountAsync(new() { NextcloudId = "cloud" }, Token)).Should().Be(1);
        (await tasks.ListAsync(new() { NextcloudId = "clou" }, Token)).Should().BeEmpty();
        var listed = await new Cli.CommandLineDriver(bridge.DataDirectory).SucceedAsync("task", "list", "--nextcloud", "cloud");
        listed.Should().Contain("cloud/alice").And.NotContain(" alice ");
        (await namesake.OcsAsync("GET", $"/task/{row.TaskId}")).HttpStatus.Should().Be(404);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancel_there_cancels_here(bool isRunning)
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var row = await TakenAsync(bridge);
        if (isRunning)
            await ClaimedHereAsync(worker, Type);

        await alice.OcsAsync("POST", $"/tasks/{id}/cancel");

        await EndedHereAsync(bridge, row.TaskId!.Value, ProcessingStatus.Cancelled);
        await HasEndedAsync(bridge, id, NextcloudTaskEnd.Cancelled);
        cloud.Front.Count("result").Should().Be(0);
    }

    [Fact]
    public async Task A_cancel_by_an_operator_here_cancels_there()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var row = await TakenAsync(bridge);

        await bridge.Get<CancelTask>().RunAsync(row.TaskId!.Value, owner: null, Token);

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_CANCELLED");
        await HasEndedAsync(bridge, id, NextcloudTaskEnd.Cancelled);
    }

    [Fact]
    public async Task A_task_that_is_deleted_there_is_cancelled_here()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var row = await TakenAsync(bridge);

        await alice.OcsAsync("DELETE", $"/task/{id}");

        await EndedHereAsync(bridge, row.TaskId!.Value, ProcessingStatus.Cancelled);
        await HasEndedAsync(bridge, id, NextcloudTaskEnd.Gone);
    }

    [Fact]
    public async Task Partial_output_is_shown_by_a_Nextcloud_that_can()
    {
        await using var cloud = await StandInNextcloud.StartAsync(version: 35);
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" }, preferStreaming: true);
        var local = await ClaimedHereAsync(worker, Type);

        await worker.OcsAsync("POST", $"/tasks_provider/{local}/stream-result", new { output = new { output = "so far" } });

        while ((await alice.TaskAsync(id, wait: 5)).GetProperty("output").ValueKind == System.Text.Json.JsonValueKind.Null) { }
        await worker.FinishAsync(local, new { output = "so far so good" });
        (await alice.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("so far so good");
        await IsToldOnceAsync(cloud, bridge);
    }

    /// <summary>The id of the next task of the type in the queue here, once it has arrived.</summary>
    internal static async Task<long> ClaimedHereAsync(HttpClient worker, string type)
    {
        var reply = await worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{type}&taskTypeIds[]={type}&wait=30");
        reply.HttpStatus.Should().Be(200, "the task arrives");
        return reply.TaskId;
    }

    /// <summary>The only task that is under way, once it is in the queue here.</summary>
    internal static async Task<NextcloudTask> TakenAsync(TestServer bridge, string cloud = "cloud")
    {
        NextcloudTask? row = null;
        await Eventually.BecomesTrue(
            () =>
            {
                row = bridge.Get<INextcloudTaskStore>().ListUnfinishedAsync(cloud, Token).GetAwaiter().GetResult().SingleOrDefault();
                return row?.TaskId is not null;
            },
            "taking the task"
        );
        return row!;
    }

    internal static Task EndedHereAsync(TestServer bridge, long id, ProcessingStatus status) =>
        Eventually.BecomesTrue(
            () => bridge.Get<ITaskStore>().FindAsync(id, Token).GetAwaiter().GetResult()?.Status == status,
            $"task {id} becoming {status} here"
        );

    internal static Task HasEndedAsync(TestServer bridge, long remoteId, NextcloudTaskEnd end, string cloud = "cloud") =>
        Eventually.BecomesTrue(
            () =>
                bridge.Get<INextcloudTaskStore>().ListAsync(cloud, [remoteId], Token).GetAwaiter().GetResult().SingleOrDefault()?.End
                == end,
            $"task {remoteId} ending as {end}"
        );

    /// <summary>Every task has one result, nothing came after one, and nothing is left to do here.</summary>
    internal static async Task IsToldOnceAsync(StandInNextcloud cloud, TestServer bridge)
    {
        await Eventually.BecomesTrue(
            () => bridge.Get<INextcloudTaskStore>().ListUnfinishedAsync(cloud.Id, Token).GetAwaiter().GetResult().Count == 0,
            "the end of all tasks"
        );
        cloud.Front.Faults.Should().BeEmpty();
        cloud.Front.Results.Values.Where(results => results.Count > 1).Should().BeEmpty();
    }
}

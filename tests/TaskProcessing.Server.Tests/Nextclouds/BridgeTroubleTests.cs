using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>Whatever goes wrong between the two, a task that was handed out ends there, once.</summary>
public sealed class BridgeTroubleTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_result_whose_answer_is_lost_is_not_told_twice()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StartAsync(cloud);
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var local = await BridgeTests.ClaimedHereAsync(worker, Type);

        bridge.ExpectedLog.Add("Nextcloud cloud: ");
        cloud.Front.LoseAnswers("result", 1);
        await worker.FinishAsync(local, new { output = "y" });

        (await alice.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("y");
        await BridgeTests.HasEndedAsync(bridge, id, NextcloudTaskEnd.Told);
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
        cloud.Front.Count("result").Should().Be(1, "it is looked for before it is sent again");
    }

    [Fact]
    public async Task A_result_of_a_task_without_a_user_is_not_told_twice_where_the_app_may_look()
    {
        await using var cloud = await StandInNextcloud.StartAsync(version: 33);
        await using var bridge = await StartAsync(cloud);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.Server.AddExAppAsync("assistant");
        using var assistant = await cloud.Server.ExAppAsync("assistant");
        var schedule = new
        {
            input = new { input = "x" },
            type = Type,
            appId = "assistant",
        };
        var id = (await assistant.OcsAsync("POST", "/tasks_consumer/schedule", schedule)).TaskId;
        var local = await BridgeTests.ClaimedHereAsync(worker, Type);

        bridge.ExpectedLog.Add("Nextcloud cloud: ");
        cloud.Front.LoseAnswers("result", 1);
        await worker.FinishAsync(local, new { output = "y" });

        await BridgeTests.HasEndedAsync(bridge, id, NextcloudTaskEnd.Told);
        var ended = (await assistant.OcsAsync("GET", $"/tasks_consumer/task/{id}")).Task;
        ((string?)ended["output"]!["output"]).Should().Be("y");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
        cloud.Front.Count("result").Should().Be(1, "it is looked for before it is sent again");
    }

    [Fact]
    public async Task Files_that_are_fetched_count_to_those_of_an_input_and_not_to_those_of_a_result()
    {
        const string sound = "core:audio2text";
        const string images = "core:analyze-images";
        await using var cloud = await StandInNextcloud.StartAsync(version: 35);
        await using var bridge = await StandInNextcloud.StartBridgeAsync(
            [cloud],
            more: services => services.PostConfigure<FilesOptions>(files => files.MaxFilesPerTask = 1)
        );
        using var worker = await bridge.WorkerAsync(sound, images);
        await cloud.OfferAsync(sound, images);
        using var alice = await cloud.Server.UserAsync("alice");
        var file = await alice.PutFileAsync("a.png", FileDriver.Png);
        await alice.ScheduleAsync(sound, new { input = file });
        var local = await BridgeTests.ClaimedHereAsync(worker, sound);
        (await worker.TryUploadAsync(local, [1])).IsSuccessStatusCode.Should().BeTrue("its input is no result");
        (await worker.TryUploadAsync(local, [1])).IsSuccessStatusCode.Should().BeFalse();

        var other = await alice.PutFileAsync("b.png", FileDriver.Png);
        var id = await alice.ScheduleAsync(images, new { images = new[] { file, other }, input = "What is it?" });

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await cloud.Server.Get<ITaskStore>().FindAsync(id, Token))!.ErrorMessage.Should().Contain("A task may name 1 files, not 2");
        cloud.Front.Calls.Should().NotContain($"GET file {id}", "none is fetched in vain");
    }

    [Fact]
    public async Task A_task_whose_claim_was_answered_to_nobody_is_found()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        using var bob = await cloud.Server.UserAsync("bob");
        // Another app's, which has begun with it.
        var foreign = await bob.ScheduleAsync(Type, new { input = "not ours" });
        using var other = await cloud.Server.ExAppAsync("taskprocessing");
        (await other.NextAsync($"taskprocessing:{Type}", Type)).Should().Be(foreign);
        await other.OcsAsync("POST", $"/tasks_provider/{foreign}/progress", new { progress = 0.5 });
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(Type);
        bridge.ExpectedLog.Add("Nextcloud cloud: ");

        cloud.Front.LoseAnswers("next", 1);
        var id = await alice.ScheduleAsync(Type, new { input = "ours" });

        var local = await BridgeTests.ClaimedHereAsync(worker, Type);
        (await bridge.Get<ITaskStore>().FindAsync(local, Token))!.Input.Should().Contain("ours").And.NotContain("not");
        await worker.FinishAsync(local, new { output = "y" });
        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
        (await bob.TaskAsync(foreign)).GetProperty("status").GetString().Should().Be("STATUS_RUNNING", "it is another app's");
    }

    [Fact]
    public async Task A_Nextcloud_that_is_away_holds_up_no_other_and_gets_its_results_later()
    {
        await using var near = await StandInNextcloud.StartAsync("near");
        await using var far = await StandInNextcloud.StartAsync("far");
        await using var bridge = await StandInNextcloud.StartBridgeAsync([near, far]);
        using var worker = await bridge.WorkerAsync(Type);
        bridge.ExpectedLog.Add("Nextcloud far: ");
        await near.OfferAsync(Type);
        await far.OfferAsync(Type);
        using var alice = await far.Server.UserAsync("alice");
        using var bob = await near.Server.UserAsync("alice");
        var waiting = await alice.ScheduleAsync(Type, new { input = "far" });
        var local = await BridgeTests.ClaimedHereAsync(worker, Type);
        far.Front.IsAway = true;
        await worker.FinishAsync(local, new { output = "for later" });

        var id = await bob.ScheduleAsync(Type, new { input = "near" });
        var other = await BridgeTests.ClaimedHereAsync(worker, Type);
        (await bridge.Get<ITaskStore>().FindAsync(other, Token))!.UserId.Should().Be("near/alice", "no two Nextclouds share a user");
        await worker.FinishAsync(other, new { output = "at once" });
        (await bob.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("at once");

        far.Front.IsAway = false;
        (await alice.EndedAsync(waiting)).GetProperty("output").GetProperty("output").GetString().Should().Be("for later");
        await BridgeTests.IsToldOnceAsync(near, bridge);
        await BridgeTests.IsToldOnceAsync(far, bridge);
    }

    [Fact]
    public async Task A_file_over_the_limit_of_PHP_fails_the_task_with_a_sentence_that_names_it()
    {
        const string images = "core:text2image";
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        using var worker = await bridge.WorkerAsync(images);
        await cloud.OfferAsync(images);
        using var alice = await cloud.Server.UserAsync("alice");
        cloud.Front.UploadLimit = 1000;
        var id = await alice.ScheduleAsync(images, new { input = "a whale", numberOfImages = 1 });
        var local = await BridgeTests.ClaimedHereAsync(worker, images);

        await worker.FinishAsync(local, new { images = new[] { await worker.UploadAsync(local, new byte[2000]) } });

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await cloud.Server.Get<ITaskStore>().FindAsync(id, Token))!
            .ErrorMessage.Should()
            .Contain("upload_max_filesize")
            .And.Contain("The result is larger than this Nextcloud takes from apps.");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
        cloud.Front.Count("file").Should().BeLessThan(6, "it never passes");
    }

    [Fact]
    public async Task A_file_over_the_limit_goes_through_WebDAV_where_the_connection_allows_it()
    {
        const string images = "core:text2image";
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([]);
        await cloud.ConnectAsync(bridge, uploadByWebDav: true);
        using var worker = await bridge.WorkerAsync(images);
        await cloud.OfferAsync(images);
        using var alice = await cloud.Server.UserAsync("alice");
        cloud.Front.UploadLimit = 1000;
        var id = await alice.ScheduleAsync(images, new { input = "a whale", numberOfImages = 1 });
        var local = await BridgeTests.ClaimedHereAsync(worker, images);

        await worker.FinishAsync(local, new { images = new[] { await worker.UploadAsync(local, new byte[2000]) } });

        var ended = await alice.EndedAsync(id);
        var image = ended.GetProperty("output").GetProperty("images")[0].GetInt64();
        (await alice.TaskFileAsync(ended, image)).Should().Equal(new byte[2000]);
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_result_that_is_refused_for_good_becomes_a_failure()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StartAsync(cloud);
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var local = await BridgeTests.ClaimedHereAsync(worker, Type);
        cloud.Front.RefusesOutputs = true;

        await worker.FinishAsync(local, new { output = "y" });

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await cloud.Server.Get<ITaskStore>().FindAsync(id, Token))!.ErrorMessage.Should().Contain("The result could not be stored.");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_task_that_cannot_be_scheduled_here_fails_there_with_the_reason()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        const string sound = "core:audio2text";
        using var worker = await bridge.WorkerAsync(sound);
        await cloud.OfferAsync(sound);
        using var alice = await cloud.Server.UserAsync("alice");
        cloud.Front.HasNoFiles = true;
        var id = await alice.ScheduleAsync(sound, new { input = await alice.PutFileAsync("a.mp3", [1, 2, 3]) });

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await cloud.Server.Get<ITaskStore>().FindAsync(id, Token))!.ErrorMessage.Should().Contain("no longer there");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_task_that_an_operator_removes_here_fails_there()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StartAsync(cloud);
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var row = await BridgeTests.TakenAsync(bridge);

        await bridge.Get<DeleteTask>().RunAsync(row.TaskId!.Value, TaskOwner.User("cloud/alice"), Token);

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_connection_takes_no_more_than_its_share()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StandInNextcloud.StartBridgeAsync([]);
        await cloud.ConnectAsync(bridge, maxRunning: 2);
        using var worker = await bridge.WorkerAsync(Type);
        await cloud.OfferAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var ids = new List<long>();
        for (var count = 0; count < 4; count++)
            ids.Add(await alice.ScheduleAsync(Type, new { input = "x" }));

        foreach (var _ in ids)
        {
            var local = await BridgeTests.ClaimedHereAsync(worker, Type);
            (await bridge.Get<INextcloudTaskStore>().ListUnfinishedAsync("cloud", Token)).Count.Should().BeLessThanOrEqualTo(2);
            await worker.FinishAsync(local, new { output = "y" });
        }

        foreach (var id in ids)
            (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        await BridgeTests.IsToldOnceAsync(cloud, bridge);
    }

    [Fact]
    public async Task A_task_of_a_connection_that_is_removed_fails_there_and_is_cancelled_here()
    {
        await using var cloud = await StandInNextcloud.StartAsync();
        await using var bridge = await StartAsync(cloud);
        using var worker = await bridge.WorkerAsync(Type);
        using var alice = await cloud.Server.UserAsync("alice");
        var id = await alice.ScheduleAsync(Type, new { input = "x" });
        var row = await BridgeTests.TakenAsync(bridge);

        await bridge.Get<INextcloudStore>().RemoveAsync("cloud", Token);
        await bridge.Get<NextcloudDirectory>().ReloadAsync(Token);

        (await alice.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        await BridgeTests.EndedHereAsync(bridge, row.TaskId!.Value, ProcessingStatus.Cancelled);
        await Eventually.BecomesTrue(
            () => bridge.Get<INextcloudTaskStore>().FindHoldAsync("cloud", Token).GetAwaiter().GetResult() is null,
            "forgetting the connection"
        );
        cloud.Front.Faults.Should().BeEmpty();
    }

    private static async Task<TestServer> StartAsync(StandInNextcloud cloud)
    {
        var bridge = await StandInNextcloud.StartBridgeAsync([cloud]);
        await cloud.OfferAsync(Type);
        return bridge;
    }
}

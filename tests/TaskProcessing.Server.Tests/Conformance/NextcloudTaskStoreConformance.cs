using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Claimed tasks of Nextclouds move in one direction only, and only for the node that holds their connection.</summary>
public abstract class NextcloudTaskStoreConformance : StoreConformance
{
    private const string Cloud = "cloud";
    private const string Me = "me";

    private INextcloudTaskStore Claimed => Database.Get<INextcloudTaskStore>();

    [Fact]
    public async Task A_task_is_stored_once_until_it_has_ended_and_then_anew()
    {
        await Claimed.TryHoldAsync(Cloud, Me, seen: null, Now, Token);
        var first = NewClaimed(7, input: """{"input":"old"}""");
        (await Claimed.AddAsync([first], Token)).Should().ContainSingle();
        (await Claimed.AddAsync([NewClaimed(7)], Token)).Should().BeEmpty();
        (await Claimed.AddAsync([NewClaimed(7, cloud: "other")], Token)).Should().ContainSingle("numbers are each Nextcloud's own");

        await Claimed.TryEndAsync(first.Id, Me, NextcloudTaskEnd.Told, Now, Token);
        (await Claimed.AddAsync([NewClaimed(7, input: """{"input":"new"}""")], Token)).Should().ContainSingle();

        (await Claimed.ListUnfinishedAsync(Cloud, Token)).Should().ContainSingle().Which.Input.Should().Be("""{"input":"new"}""");
        (await Claimed.ListAsync(Cloud, [7, 8], Token)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_task_goes_through_its_steps_and_never_back()
    {
        await Claimed.TryHoldAsync(Cloud, Me, seen: null, Now, Token);
        var task = NewClaimed(7);
        await Claimed.AddAsync([task], Token);

        (await Claimed.TrySaveInputAsync(task.Id, Me, """{"input":1}""", Token)).Should().BeTrue();
        (await Claimed.TrySaveUploadsAsync(task.Id, Me, "{}", Token)).Should().BeFalse("it has no result yet");
        (await Claimed.TryScheduledAsync(task.Id, Me, 31, Token)).Should().BeTrue();
        (await Claimed.TryScheduledAsync(task.Id, Me, 32, Token)).Should().BeFalse();
        (await Claimed.TrySaveInputAsync(task.Id, Me, "{}", Token)).Should().BeFalse();
        (await Claimed.TryNoteProblemAsync(task.Id, Me, 3, "away", Token)).Should().BeTrue();
        (await Claimed.TryFinishingAsync(task.Id, Me, failure: null, Now, Token)).Should().BeTrue();
        (await Claimed.TryFinishingAsync(task.Id, Me, NextcloudFailure.Of("no"), Now, Token)).Should().BeFalse("it has its result");
        (await Claimed.TrySaveUploadsAsync(task.Id, Me, """{"5":9}""", Token)).Should().BeTrue();
        (await Claimed.TryFailInsteadAsync(task.Id, Me, new NextcloudFailure("long", "short"), Token)).Should().BeTrue();

        var stored = (await Claimed.ListUnfinishedAsync(Cloud, Token)).Single();
        stored
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = NextcloudTaskState.Finishing,
                    TaskId = 31L,
                    LocalInput = """{"input":1}""",
                    Uploads = """{"5":9}""",
                    Failure = "long",
                    ShownFailure = "short",
                    ResultSince = Now,
                    Tries = 0,
                    Problem = (string?)null,
                }
            );

        (await Claimed.TryEndAsync(task.Id, Me, NextcloudTaskEnd.Told, Now, Token)).Should().BeTrue();
        (await Claimed.TryEndAsync(task.Id, Me, NextcloudTaskEnd.Gone, Now, Token)).Should().BeFalse();
        (await Claimed.TryNoteProblemAsync(task.Id, Me, 1, "late", Token)).Should().BeFalse();
        (await Claimed.ListUnfinishedAsync(Cloud, Token)).Should().BeEmpty();
        (await Claimed.ListAsync(Cloud, [7], Token))
            .Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(
                new
                {
                    End = NextcloudTaskEnd.Told,
                    Input = "",
                    LocalInput = (string?)null,
                }
            );
    }

    [Fact]
    public async Task Only_the_holder_moves_tasks()
    {
        await Claimed.TryHoldAsync(Cloud, "before", seen: null, Now, Token);
        var task = NewClaimed(7);
        await Claimed.AddAsync([task], Token);
        await Claimed.TryHoldAsync(Cloud, Me, await Claimed.FindHoldAsync(Cloud, Token), Now, Token);

        (await Claimed.TryScheduledAsync(task.Id, "before", 31, Token)).Should().BeFalse();
        (await Claimed.TryFinishingAsync(task.Id, "before", failure: null, Now, Token)).Should().BeFalse();
        (await Claimed.TryEndAsync(task.Id, "before", NextcloudTaskEnd.Told, Now, Token)).Should().BeFalse();
        (await Claimed.TryBeatAsync(Cloud, "before", Token)).Should().BeFalse();
        (await Claimed.TryBeginPollAsync(Cloud, "before", 1, Now, Token)).Should().BeFalse();

        (await Claimed.TryScheduledAsync(task.Id, Me, 31, Token)).Should().BeTrue();
        (await Claimed.TryBeatAsync(Cloud, Me, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_connection_is_taken_over_when_its_holder_has_shown_no_sign_since_or_gave_it_up()
    {
        (await Claimed.TryHoldAsync(Cloud, "a", seen: null, Now, Token)).Should().BeTrue();
        (await Claimed.TryHoldAsync(Cloud, "b", seen: null, Now, Token)).Should().BeFalse();
        var seen = await Claimed.FindHoldAsync(Cloud, Token);
        await Claimed.TryBeatAsync(Cloud, "a", Token);
        (await Claimed.TryHoldAsync(Cloud, "b", seen, Now, Token)).Should().BeFalse("it has shown a sign since");

        seen = await Claimed.FindHoldAsync(Cloud, Token);
        var takes = await Task.WhenAll(
            new[] { "b", "c", "d" }.Select(node => Task.Run(() => Claimed.TryHoldAsync(Cloud, node, seen, Now, Token)))
        );
        takes.Count(taken => taken).Should().Be(1);

        var holder = (await Claimed.FindHoldAsync(Cloud, Token))!.Holder!;
        await Claimed.ReleaseAsync(Cloud, "a", Token);
        (await Claimed.TryHoldAsync(Cloud, "a", seen, Now, Token)).Should().BeFalse("only the holder gives it up");
        await Claimed.ReleaseAsync(Cloud, holder, Token);
        (await Claimed.TryHoldAsync(Cloud, "a", seen, Now, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task Of_tasks_that_were_handed_out_together_the_unknown_ones_are_stored()
    {
        await Claimed.AddAsync([NewClaimed(7)], Token);

        var added = await Claimed.AddAsync([NewClaimed(7), NewClaimed(8), NewClaimed(8), NewClaimed(9)], Token);

        added.Select(task => task.RemoteId).Should().Equal(8, 9);
        (await Claimed.ListUnfinishedAsync(Cloud, Token)).Select(task => task.RemoteId).Should().Equal(7, 8, 9);
    }

    [Fact]
    public async Task Polls_without_a_known_answer_are_counted_until_they_are_searched_for()
    {
        await Claimed.TryHoldAsync(Cloud, "a", seen: null, Now, Token);
        var begin = Now;
        await Claimed.TryBeginPollAsync(Cloud, "a", 1, begin, Token);
        await Claimed.AddAsync([NewClaimed(7)], Token);
        (await HoldAsync()).AskedAt.Should().BeNull("the task is the answer");

        await Claimed.TryBeginPollAsync(Cloud, "a", 1, begin, Token);
        Clock.Advance(TimeSpan.FromSeconds(30));
        await Claimed.LosePollAsync(Cloud, "a", Now, Token);
        await Claimed.TryBeginPollAsync(Cloud, "a", 1, Now, Token);
        await Claimed.EndPollAsync(Cloud, "a", Token);
        (await HoldAsync())
            .Should()
            .BeEquivalentTo(
                new
                {
                    Unanswered = 1,
                    UnansweredSince = begin,
                    UnansweredUntil = Now,
                    AskedAt = (DateTimeOffset?)null,
                }
            );

        // The holder dies during a poll.
        await Claimed.TryBeginPollAsync(Cloud, "a", 8, Now, Token);
        Clock.Advance(TimeSpan.FromMinutes(1));
        await Claimed.TryHoldAsync(Cloud, "b", await HoldAsync(), Now, Token);
        (await HoldAsync())
            .Should()
            .BeEquivalentTo(
                new
                {
                    Unanswered = 9,
                    UnansweredSince = begin,
                    UnansweredUntil = Now,
                    AskedAt = (DateTimeOffset?)null,
                }
            );

        await Claimed.ForgetUnansweredAsync(Cloud, "b", Token);
        (await HoldAsync()).Should().BeEquivalentTo(new { Unanswered = 0, UnansweredSince = (DateTimeOffset?)null });
    }

    [Fact]
    public async Task Files_that_were_fetched_become_the_tasks_and_go_when_it_has_ended_there()
    {
        await Claimed.TryHoldAsync(Cloud, Me, seen: null, Now, Token);
        var (named, abandoned) = (await AddReceivedAsync("a"), await AddReceivedAsync("b"));
        var local = NewTask(userId: "cloud/alice");
        await Database.Get<ITaskStore>().AddOnceAsync(local, new IdempotencyKey("p", "a", "k", "r", Now, Now), [named], Token);
        // What has become a task's is no other one's.
        await Database.Get<ITaskStore>().AddOnceAsync(NewTask(), new IdempotencyKey("p", "a", "k2", "r", Now, Now), [named], Token);
        (await FilesAsync()).Should().BeEquivalentTo(new Dictionary<long, long?> { [named] = local.Id, [abandoned] = null });

        var task = NewClaimed(7);
        await Claimed.AddAsync([task], Token);
        await Claimed.TryScheduledAsync(task.Id, Me, local.Id, Token);
        await Claimed.TryEndAsync(task.Id, Me, NextcloudTaskEnd.Told, Now, Token);
        (await FilesAsync()).Keys.Should().Equal(abandoned);

        var sweep = Database.Get<IFileSweep>();
        (await sweep.RemoveReceivedAsync(Now, 10, Token)).Should().Be(0, "its task may be scheduled yet");
        (await sweep.RemoveReceivedAsync(Now.AddSeconds(1), 10, Token)).Should().Be(1);
    }

    [Fact]
    public async Task Ended_rows_go_after_their_time_when_the_local_task_is_gone()
    {
        await Claimed.TryHoldAsync(Cloud, Me, seen: null, Now, Token);
        var local = NewTask();
        await Database.Get<ITaskStore>().AddAsync(local, Token);
        foreach (var (remote, taskId) in new (long, long)[] { (1, local.Id), (2, 9999), (3, 9999) })
        {
            var task = NewClaimed(remote);
            await Claimed.AddAsync([task], Token);
            await Claimed.TryScheduledAsync(task.Id, Me, taskId, Token);
            if (remote != 3)
                await Claimed.TryEndAsync(task.Id, Me, NextcloudTaskEnd.Told, Now, Token);
        }

        (await Claimed.RemoveEndedAsync(Now, Token)).Should().Be(0);
        (await Claimed.RemoveEndedAsync(Now.AddSeconds(1), Token)).Should().Be(1);
        (await Claimed.ListAsync(Cloud, [1, 2, 3], Token)).Select(task => task.RemoteId).Should().BeEquivalentTo([1L, 3L]);
        (await Claimed.CountAsync(Token)).Should().Equal(new NextcloudTaskCount(Cloud, NextcloudTaskState.Scheduled, 1));
    }

    [Fact]
    public async Task Users_are_listed_once_the_latest_first()
    {
        foreach (var (remote, user) in new (long, string?)[] { (1, "alice"), (2, "bob"), (3, null), (4, "alice") })
            await Claimed.AddAsync([NewClaimed(remote, user: user)], Token);

        (await Claimed.ListUsersAsync(Cloud, 5, Token)).Should().Equal("alice", "bob");
        (await Claimed.ListUsersAsync(Cloud, 1, Token)).Should().Equal("alice");
        await Claimed.RemoveAsync(Cloud, Token);
        (await Claimed.ListUsersAsync(Cloud, 5, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_load_of_a_connection_tells_since_when_its_oldest_result_waits()
    {
        await Claimed.TryHoldAsync(Cloud, Me, seen: null, Now, Token);
        foreach (var id in new[] { 7, 8, 9 })
        {
            var task = NewClaimed(id);
            await Claimed.AddAsync([task], Token);
            if (id > 7)
                await Claimed.TryFinishingAsync(task.Id, Me, NextcloudFailure.Of("no"), Now.AddMinutes(-id), Token);
        }

        await Claimed.AddAsync([NewClaimed(7, cloud: "other")], Token);

        (await Database.Get<INextcloudStore>().ListLoadAsync(Token))
            .Should()
            .Equal(new NextcloudLoad(Cloud, 1, 0, 2, Now.AddMinutes(-9)), new NextcloudLoad("other", 1, 0, 0, OldestResultSince: null));
    }

    private NextcloudTask NewClaimed(long remoteId, string cloud = Cloud, string? user = "alice", string input = """{"input":"x"}""") =>
        new()
        {
            NextcloudId = cloud,
            RemoteId = remoteId,
            RemoteUser = user,
            Type = "core:text2text",
            AppId = "assistant",
            Input = input,
            Key = $"{cloud}:{remoteId}",
            TakenAt = Now,
        };

    private async Task<NextcloudHold> HoldAsync() => (await Claimed.FindHoldAsync(Cloud, Token))!;

    private async Task<long> AddReceivedAsync(string key)
    {
        await Database.Get<IBlobCatalogue>().AddAsync(key, Now, Token);
        return await Database
            .Get<IFileStore>()
            .AddReceivedAsync(
                new StoredFile
                {
                    Name = key,
                    BlobKey = key,
                    CreatedAt = Now,
                },
                Token
            );
    }

    private async Task<Dictionary<long, long?>> FilesAsync()
    {
        await using var db = Database.OpenContext();
        return await db.Files.ToDictionaryAsync(file => file.Id, file => file.TaskId, Token);
    }
}

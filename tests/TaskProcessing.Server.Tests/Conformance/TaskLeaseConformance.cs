using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Leases, lost tasks, and the other upkeep of tasks.</summary>
public abstract class TaskLeaseConformance : StoreConformance
{
    private const int MaxAttempts = 3;

    private static readonly TaskEnding Success = new(TaskTransition.Succeed)
    {
        Actor = "app worker",
        Output = """{"output":"done"}""",
        Progress = 1,
    };

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private ITaskUpkeep Upkeep => Database.Get<ITaskUpkeep>();

    [Fact]
    public async Task A_claim_begins_a_lease_and_every_report_renews_it()
    {
        var id = await AddAsync();
        (await ClaimAsync())!.LeaseUntil.Should().Be(Now.AddSeconds(60));

        Func<Task<TaskChange>>[] reports =
        [
            () => Tasks.TryReportProgressAsync(id, null, 0.5, null, "app worker", Now, Token),
            () => Tasks.TryRenewAsync(id, null, "app worker", Now, Token),
            () => Tasks.TryStreamOutputAsync(id, null, "{}", Now, Now, Token),
        ];
        foreach (var report in reports)
        {
            Clock.Advance(TimeSpan.FromSeconds(59));
            (await report()).Task!.LeaseUntil.Should().Be(Now.AddSeconds(60));
            (await LoseAsync()).Should().BeEmpty();
        }

        (await FindAsync(id)).Renewals.Should().Be(3);
    }

    [Fact]
    public async Task A_heartbeat_is_no_update_in_the_eyes_of_readers()
    {
        var id = await AddAsync();
        var claimed = await ClaimAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));

        var renewed = (await Tasks.TryRenewAsync(id, null, "app worker", Now, Token)).Task!;

        renewed.LastUpdated.Should().Be(claimed!.LastUpdated);
        renewed.Revision.Should().Be(claimed.Revision);
    }

    [Fact]
    public async Task A_lost_task_keeps_its_place_and_shows_nothing_of_the_lost_work()
    {
        var first = await AddAsync();
        await AddAsync();
        await ClaimAsync();
        await Tasks.TryReportProgressAsync(first, null, 0.5, null, "app worker", Now, Token);
        await Tasks.TryStreamOutputAsync(first, null, """{"o":1}""", Now, Now, Token);
        Clock.Advance(TimeSpan.FromSeconds(60));

        (await LoseAsync()).Should().Equal(first);

        (await FindAsync(first))
            .Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Scheduled,
                    Progress = (double?)null,
                    Output = (string?)null,
                    StartedAt = (DateTimeOffset?)null,
                    Attempt = 1,
                }
            );
        var again = await ClaimAsync();
        again!.Id.Should().Be(first);
        again.Attempt.Should().Be(2);
    }

    [Fact]
    public async Task A_task_that_was_lost_often_enough_fails_and_says_so()
    {
        var id = await AddAsync();
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            (await ClaimAsync())!.Attempt.Should().Be(attempt);
            Clock.Advance(TimeSpan.FromMinutes(5));
            (await LoseAsync()).Should().HaveCount(attempt < MaxAttempts ? 1 : 0);
        }

        (await Upkeep.GiveUpLostAsync(MaxAttempts, 10, Now, Token)).Select(task => task.Id).Should().Equal(id);

        var failed = await FindAsync(id);
        failed.Status.Should().Be(ProcessingStatus.Failed);
        failed.EndedAt.Should().Be(Now);
        failed.ErrorMessage.Should().Contain("3 attempts").And.Contain("lease");
        failed.UserFacingErrorMessage.Should().NotBeEmpty();
    }

    [Fact]
    public async Task A_late_result_counts_while_no_other_worker_has_finished_the_task()
    {
        var id = await AddAsync();
        await ClaimAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await LoseAsync();
        var second = await ClaimAsync();

        (await Tasks.TryFinishAsync(id, Success, Now, Token)).Changed.Should().BeTrue();
        var loser = await Tasks.TryFinishAsync(second!.Id, Success with { Output = "{}" }, Now, Token);

        loser.Changed.Should().BeFalse();
        loser.Task!.Output.Should().Be(Success.Output);
    }

    [Fact]
    public async Task A_slow_worker_that_reports_again_keeps_the_task_unless_another_has_it()
    {
        var id = await AddAsync();
        await ClaimAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await LoseAsync();

        (await Tasks.TryRenewAsync(id, null, "app worker", Now, Token)).Task!.Status.Should().Be(ProcessingStatus.Running);

        (await ClaimAsync()).Should().BeNull();
        (await FindAsync(id)).Attempt.Should().Be(1);
    }

    [Fact]
    public async Task A_worker_that_lost_its_task_cannot_touch_the_work_of_the_next_one()
    {
        var id = await AddAsync();
        var lost = (await ClaimAsync())!.Claim;
        Clock.Advance(TimeSpan.FromMinutes(5));
        await LoseAsync();
        var held = (await ClaimAsync())!;
        Clock.Advance(TimeSpan.FromSeconds(1));

        Func<Task<TaskChange>>[] attempts =
        [
            () => Tasks.TryReportProgressAsync(id, lost, 0.5, null, "app late", Now, Token),
            () => Tasks.TryRenewAsync(id, lost, "app late", Now, Token),
            () => Tasks.TryStreamOutputAsync(id, lost, "{}", Now, Now, Token),
            () => Tasks.TryReleaseAsync(id, lost, "app late", Now, Token),
            () => Tasks.TryRetryAsync(id, lost, Now, MaxAttempts, "app late", "busy", Now, Token),
            () => Tasks.TryFinishAsync(id, new TaskEnding(TaskTransition.Fail) { ErrorMessage = "boom", Claim = lost }, Now, Token),
        ];
        foreach (var attempt in attempts)
        {
            var change = await attempt();
            change.Changed.Should().BeFalse();
            change.Task.Should().BeEquivalentTo(held);
        }

        (await Tasks.TryFinishAsync(id, Success with { Claim = lost }, Now, Token)).Changed.Should().BeTrue("work that is done is done");
    }

    [Fact]
    public async Task A_worker_that_gave_a_task_up_cannot_change_it_again()
    {
        var (released, retried, requeued) = (await AddAsync(), await AddAsync(), await AddAsync());
        var claims = new[] { (await ClaimAsync())!.Claim, (await ClaimAsync())!.Claim, (await ClaimAsync())!.Claim };
        claims.Should().AllBeEquivalentTo(1);

        await Tasks.TryReleaseAsync(released, 1, "app worker", Now, Token);
        await Tasks.TryRetryAsync(retried, 1, Now, MaxAttempts, "app worker", "busy", Now, Token);
        await Tasks.TryFinishAsync(requeued, new TaskEnding(TaskTransition.Fail) { ErrorMessage = "boom", Claim = 1 }, Now, Token);
        await Tasks.TryRequeueAsync(requeued, "operator", Now, Token);

        foreach (var id in new[] { released, retried, requeued })
            (await Tasks.TryRenewAsync(id, 1, "app worker", Now, Token))
                .Should()
                .Match<TaskChange>(change => !change.Changed && change.Task!.Status == ProcessingStatus.Scheduled);
        (await ClaimAsync())!.Claim.Should().Be(3, "the release used up a number, too");
    }

    [Fact]
    public async Task A_report_without_a_claim_that_starts_a_task_outdates_earlier_claims()
    {
        var id = await AddAsync();
        var lost = (await ClaimAsync())!.Claim;
        Clock.Advance(TimeSpan.FromMinutes(5));
        await LoseAsync();

        (await Tasks.TryReportProgressAsync(id, null, 0.5, null, "app other", Now, Token)).Changed.Should().BeTrue();

        (await Tasks.TryReleaseAsync(id, lost, "app worker", Now, Token)).Changed.Should().BeFalse();
    }

    [Fact]
    public async Task A_retried_task_waits_for_its_time_and_then_in_its_old_place()
    {
        var first = await AddAsync();
        var claim = (await ClaimAsync())!.Claim;
        var second = await AddAsync();

        (await Tasks.TryRetryAsync(first, claim, Now.AddSeconds(30), MaxAttempts, "app worker", "busy", Now, Token))
            .Changed.Should()
            .BeTrue();

        (await Tasks.AnyScheduledAsync(["test:echo"], Token)).Should().BeTrue();
        (await ClaimAsync())!.Id.Should().Be(second);
        (await Tasks.AnyScheduledAsync(["test:echo"], Token)).Should().BeFalse("what is left may not be claimed yet");
        Clock.Advance(TimeSpan.FromSeconds(29));
        (await Upkeep.FindNextDueAsync(Token)).Should().Be(Now.AddSeconds(1));
        (await Upkeep.WakeDelayedAsync(10, Now, Token)).Should().BeEmpty();
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Upkeep.WakeDelayedAsync(10, Now, Token)).Select(task => task.Id).Should().Equal(first);
        (await ClaimAsync())!.Attempt.Should().Be(2);
    }

    [Fact]
    public async Task A_task_that_had_its_attempts_is_not_tried_again()
    {
        var id = await AddAsync();
        var claim = (await ClaimAsync())!.Claim;

        (await Tasks.TryRetryAsync(id, claim, Now, 1, "app worker", "busy", Now, Token)).Changed.Should().BeFalse();
        (await Tasks.TryRetryAsync(id, claim, Now, 2, "app worker", "busy", Now, Token)).Changed.Should().BeTrue();
    }

    [Fact]
    public async Task The_history_has_events_and_actors()
    {
        var id = await AddAsync();
        await Tasks.TryReleaseAsync(id, (await ClaimAsync())!.Claim, "app worker", Now, Token);
        await Tasks.TryRetryAsync(id, (await ClaimAsync())!.Claim, Now, MaxAttempts, "app worker", "too\tmany\nrequests", Now, Token);
        await Upkeep.WakeDelayedAsync(10, Now, Token);
        await ClaimAsync();
        Clock.Advance(TimeSpan.FromMinutes(5));
        await LoseAsync();
        await Tasks.TryReportProgressAsync(id, null, 0.5, null, "app late", Now, Token);
        await Tasks.TryFinishAsync(id, new TaskEnding(TaskTransition.Fail) { Actor = "app worker", ErrorMessage = "boom" }, Now, Token);
        await Tasks.TryRequeueAsync(id, "operator", Now, Token);
        await Tasks.TryCancelAsync(id, "user alice", Now, Token);

        TaskHistory
            .Read((await FindAsync(id)).History)
            .Select(entry => $"{entry.Kind} by {entry.Actor}: {entry.Detail}")
            .Should()
            .Equal(
                "claimed by app worker: p",
                "released by app worker: ",
                "claimed by app worker: p",
                "retried by app worker: too many requests",
                "claimed by app worker: p",
                "lost by server: the worker was silent until its lease ended",
                "started by app late: ",
                "failed by app worker: boom",
                "requeued by operator: ",
                "cancelled by user alice: "
            );
    }

    [Fact]
    public async Task Old_tasks_of_a_type_and_status_that_allow_it_are_removed_in_portions()
    {
        var ended = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            ended.Add(await AddAsync());
            await Tasks.TryCancelAsync(ended[i], "", Now, Token);
        }

        var waiting = await AddAsync();
        var other = await AddAsync("test:other");
        await Tasks.TryCancelAsync(other, "", Now, Token);
        var kept = NewTask(allowCleanup: false);
        await Tasks.AddAsync(kept, Token);
        await Tasks.TryCancelAsync(kept.Id, "", Now, Token);
        var before = Now.AddMilliseconds(1);

        (await Upkeep.ListTypesAsync(Token)).Should().BeEquivalentTo("test:echo", "test:other");
        (await Upkeep.DeleteOldEndedAsync("test:echo", ProcessingStatus.Cancelled, Now, 2, Token)).Should().BeEmpty();
        (await Upkeep.DeleteOldEndedAsync("test:echo", ProcessingStatus.Cancelled, before, 2, Token))
            .Should()
            .Equal(new RemovedTask(ended[0], "alice"), new RemovedTask(ended[1], "alice"));
        (await Upkeep.DeleteOldEndedAsync("test:echo", ProcessingStatus.Cancelled, before, 2, Token))
            .Should()
            .Equal(new RemovedTask(ended[2], "alice"));
        await Upkeep.ReclaimSpaceAsync(Token);

        (await Tasks.ListAsync(new TaskQuery(), Token)).Select(task => task.Id).Should().Equal(waiting, other, kept.Id);
    }

    [Fact]
    public async Task Old_tasks_that_have_not_ended_are_removed_first_those_that_wait()
    {
        var running = await AddAsync();
        await ClaimAsync();
        var waiting = new[] { await AddAsync(), await AddAsync("test:other"), await AddAsync() };
        var ended = await AddAsync();
        await Tasks.TryCancelAsync(ended, "", Now, Token);
        var kept = NewTask(allowCleanup: false);
        await Tasks.AddAsync(kept, Token);
        var before = Now.AddMilliseconds(1);

        (await Upkeep.DeleteOldUnendedAsync(Now, 2, Token)).Should().BeEmpty();
        (await Upkeep.DeleteOldUnendedAsync(before, 2, Token))
            .Should()
            .BeEquivalentTo([new RemovedTask(waiting[0], "alice"), new RemovedTask(waiting[1], "alice")]);
        (await Upkeep.DeleteOldUnendedAsync(before, 2, Token)).Should().Equal(new RemovedTask(waiting[2], "alice"));
        (await Upkeep.DeleteOldUnendedAsync(before, 2, Token)).Should().Equal(new RemovedTask(running, "alice"));
        (await Upkeep.DeleteOldUnendedAsync(before, 2, Token)).Should().BeEmpty();

        (await Tasks.ListAsync(new TaskQuery(), Token)).Select(task => task.Id).Should().Equal(ended, kept.Id);
    }

    private async Task<long> AddAsync(string type = "test:echo")
    {
        var task = NewTask(type);
        await Tasks.AddAsync(task, Token);
        return task.Id;
    }

    private async Task<ProcessingTask?> ClaimAsync() =>
        (await Tasks.ClaimAsync([new("test:echo", "p", 60)], 1, "app worker", Now, Token)) is [var task] ? task : null;

    private async Task<IEnumerable<long>> LoseAsync() =>
        (await Upkeep.ReturnLostAsync(MaxAttempts, 10, Now, Token)).Select(task => task.Id);

    private async Task<ProcessingTask> FindAsync(long id) => (await Tasks.FindAsync(id, Token))!;
}

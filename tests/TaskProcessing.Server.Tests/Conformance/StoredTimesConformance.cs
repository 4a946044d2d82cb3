using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Jobs;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>A clock that is set back by a day: nothing waits for that day.</summary>
public abstract class StoredTimesConformance : StoreConformance
{
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private ITaskUpkeep Upkeep => Database.Get<ITaskUpkeep>();

    private protected IStoredTimes Times => Database.Get<IStoredTimes>();

    private IWebhookStore Webhooks => Database.Get<IWebhookStore>();

    [Fact]
    public async Task While_the_clock_goes_as_it_should_nothing_is_corrected()
    {
        await AddAsync(leaseSeconds: 600_000);
        var delayed = await AddAsync();
        await Tasks.TryRetryAsync(delayed.Id, delayed.Claim, Now.AddDays(7), 3, "app worker", "busy", Now, Token);
        await AddDeliveryAsync();
        await AddLockAsync("urn:1", Day);

        (await Times.CorrectAsync(Clock, Token)).Should().Be(0);
        Clock.SetBack(TimeSpan.FromSeconds(59));
        (await Times.CorrectAsync(Clock, Token)).Should().Be(0, "clocks of several servers may differ by as much");
    }

    [Fact]
    public async Task A_lease_that_ends_later_than_it_may_is_over()
    {
        var lost = await AddAsync();
        Clock.SetBack(Day);
        var held = await AddAsync();

        (await Upkeep.ReturnLostAsync(3, 10, Now, Token)).Should().BeEmpty();
        (await Times.CorrectAsync(Clock, Token)).Should().Be(1);

        (await Upkeep.ReturnLostAsync(3, 10, Now, Token)).Select(task => task.Id).Should().Equal(lost.Id);
        (await Tasks.FindAsync(held.Id, Token))!.LeaseUntil.Should().Be(Now.AddSeconds(60));
    }

    [Fact]
    public async Task A_task_that_waits_for_its_time_since_a_time_to_come_is_tried_again()
    {
        var task = await AddAsync();
        await Tasks.TryRetryAsync(task.Id, task.Claim, Now.AddSeconds(30), 3, "app worker", "busy", Now, Token);
        Clock.SetBack(Day);

        (await Times.CorrectAsync(Clock, Token)).Should().Be(1);

        (await Upkeep.WakeDelayedAsync(10, Now, Token)).Select(woken => woken.Id).Should().Equal(task.Id);
    }

    [Fact]
    public async Task Output_streams_on()
    {
        var task = await AddAsync();
        await Tasks.TryStreamOutputAsync(task.Id, null, """{"output":"a"}""", Now, Now, Token);
        Clock.SetBack(Day);

        (await Tasks.TryStreamOutputAsync(task.Id, null, """{"output":"ab"}""", Now, Now.AddMilliseconds(-500), Token))
            .Changed.Should()
            .BeTrue();
        (await Tasks.TryStreamOutputAsync(task.Id, null, """{"output":"abc"}""", Now, Now.AddMilliseconds(-500), Token))
            .Changed.Should()
            .BeFalse("it comes too soon");
    }

    [Fact]
    public async Task A_webhook_that_failed_is_tried_again()
    {
        await AddDeliveryAsync();
        var claimed = (await Webhooks.ClaimAsync(1, 1, [], Now, Now.AddMinutes(1), Token)).Single();
        await Webhooks.TryRecordAsync(
            claimed,
            new AttemptResult(WebhookState.Waiting, Now.AddHours(2), 500, "it answered 500"),
            Now,
            Token
        );
        Clock.SetBack(Day);

        (await Webhooks.AnyDueAsync(Now, Token)).Should().BeFalse();
        await Times.CorrectAsync(Clock, Token);

        (await Webhooks.AnyDueAsync(Now, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_lock_lasts_no_longer_than_a_lock_may()
    {
        await AddLockAsync("urn:1", TimeSpan.FromMinutes(30));
        Clock.SetBack(Day);

        (await Times.CorrectAsync(Clock, Token)).Should().Be(1);

        (await Database.Get<IFileLockStore>().ListAsync("alice", Now, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task Duties_are_done_in_their_time_and_that_corrects_the_rest()
    {
        var duty = new CorrectTimes(Times, Clock, NullLogger<CorrectTimes>.Instance);
        var caretaker = new MaintenanceRunner([duty], Database.Get<IMaintenanceSchedule>(), Clock, NullLogger<MaintenanceRunner>.Instance);
        var other = new MaintenanceRunner([duty], Database.Get<IMaintenanceSchedule>(), Clock, NullLogger<MaintenanceRunner>.Instance);
        await caretaker.RunAsync(Token);
        var lost = await AddAsync();
        Clock.SetBack(Day);

        await caretaker.RunAsync(Token);
        (await Upkeep.ReturnLostAsync(3, 10, Now, Token)).Should().BeEmpty("it has just done it");
        Clock.Advance(duty.Interval);
        await caretaker.RunAsync(Token);

        (await Upkeep.ReturnLostAsync(3, 10, Now, Token)).Select(task => task.Id).Should().Equal(lost.Id);
        var again = await AddAsync();
        await other.RunAsync(Token);
        (await Tasks.FindAsync(again.Id, Token))!.LeaseUntil.Should().Be(Now.AddSeconds(60));
        (await Database.Get<IMaintenanceSchedule>().TryTakeAsync(duty.Name, Now, Now + duty.Interval, Token))
            .Should()
            .BeFalse("it is taken, by the new time");
    }

    private protected async Task<ProcessingTask> AddAsync(int leaseSeconds = 60)
    {
        var task = NewTask($"test:{Guid.NewGuid()}", webhookUri: "https://hooks.example/done", webhookMethod: "HTTP:POST");
        await Tasks.AddAsync(task, Token);
        return (await Tasks.ClaimAsync([new(task.Type, "p", leaseSeconds)], 1, "app worker", Now, Token)).Single();
    }

    private async Task AddDeliveryAsync() => await Tasks.TryCancelAsync((await AddAsync()).Id, "user alice", Now, Token);

    private async Task AddLockAsync(string token, TimeSpan life)
    {
        await Database
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = "alice",
                    PasswordHash = "",
                    CreatedAt = Now,
                },
                Token
            );
        var added = new FileLock
        {
            Token = token,
            UserId = "alice",
            Tree = FileTree.Files,
            PathText = "a",
            IsDeep = true,
            IsExclusive = true,
            ExpiresAt = Now + life,
        };
        (await Database.Get<IFileLockStore>().TryAddAsync(added, Now, Token)).Should().BeTrue();
    }
}

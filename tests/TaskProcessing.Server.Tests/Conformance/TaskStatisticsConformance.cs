using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Overview;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>What operators see of all tasks.</summary>
public abstract class TaskStatisticsConformance : StoreConformance
{
    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private ITaskStatistics Statistics => Database.Get<ITaskStatistics>();

    [Fact]
    public async Task An_empty_queue_has_no_load() => (await Statistics.ListLoadAsync(10, Token)).Should().BeEmpty();

    [Fact]
    public async Task The_load_is_told_by_type_with_the_oldest_waiting_task()
    {
        var began = Now;
        await AddAsync("test:b");
        Clock.SetForward(TimeSpan.FromSeconds(5));
        await AddAsync("test:b");
        await AddAsync("test:a");
        await ClaimAsync("test:a");
        var delayed = await AddAsync("test:c");
        var claimed = await ClaimAsync("test:c");
        await Tasks.TryRetryAsync(delayed.Id, claimed.Claim, Now.AddMinutes(1), 5, "app w", "busy", Now, Token);
        var ended = await AddAsync("test:d");
        await Tasks.TryCancelAsync(ended.Id, "operator", Now, Token);

        var load = await Statistics.ListLoadAsync(10, Token);

        load.Should()
            .Equal(
                new TypeLoad("test:a", Waiting: 0, Delayed: 0, Running: 1, OldestAt: null),
                new TypeLoad("test:b", Waiting: 2, Delayed: 0, Running: 0, OldestAt: began),
                new TypeLoad("test:c", Waiting: 0, Delayed: 1, Running: 0, OldestAt: null)
            );
    }

    [Fact]
    public async Task Counting_stops_at_the_limit()
    {
        for (var i = 0; i < 5; i++)
            await AddAsync("test:a");

        (await Statistics.ListLoadAsync(3, Token)).Single().Waiting.Should().Be(3);
    }

    [Fact]
    public async Task What_ended_is_counted_by_minute_type_and_status_with_its_times()
    {
        var start = Now;
        await AddAsync("test:a");
        Clock.SetForward(TimeSpan.FromSeconds(3));
        var first = await ClaimAsync("test:a");
        Clock.SetForward(TimeSpan.FromSeconds(2));
        await EndAsync(first, TaskTransition.Succeed);
        await AddAsync("test:a");
        Clock.SetForward(TimeSpan.FromSeconds(1));
        var second = await ClaimAsync("test:a");
        await EndAsync(second, TaskTransition.Succeed);
        var cancelled = await AddAsync("test:b");
        Clock.SetForward(TimeSpan.FromMinutes(2));
        await Tasks.TryCancelAsync(cancelled.Id, "operator", Now, Token);
        await AddAsync("test:a");

        var ended = await Statistics.CountEndedAsync(start, Now.AddSeconds(1), Token);

        ended
            .Should()
            .Equal(
                new EndedTasks(MinuteOf(first.ScheduledAt.AddSeconds(5)), "test:a", ProcessingStatus.Successful, 2, 2, 4000, 3000, 2000),
                new EndedTasks(MinuteOf(Now), "test:b", ProcessingStatus.Cancelled, 1, 0, 0, 0, 0)
            );
        (await Statistics.CountEndedAsync(Now.AddSeconds(1), Now.AddHours(1), Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_running_task_names_its_worker_and_its_lease()
    {
        await AddAsync("test:a");
        var claimed = await ClaimAsync("test:a");

        var running = (await Statistics.ListRunningAsync(10, Token)).Single();

        running
            .Should()
            .Be(
                new RunningTask(
                    claimed.Id,
                    "test:a",
                    "user alice",
                    "app worker",
                    "provider-1",
                    Progress: null,
                    Attempt: 1,
                    StartedAt: Now,
                    LeaseUntil: claimed.LeaseUntil
                )
            );
    }

    [Fact]
    public async Task Failed_tasks_come_newest_first_and_in_pages()
    {
        var ids = new List<long>();
        for (var i = 0; i < 3; i++)
        {
            await AddAsync("test:a");
            var claimed = await ClaimAsync("test:a");
            await EndAsync(claimed, TaskTransition.Fail, $"error {i}");
            ids.Add(claimed.Id);
        }

        var newest = await Statistics.ListFailedAsync(2, beforeId: null, Token);
        var older = await Statistics.ListFailedAsync(2, beforeId: newest[^1].Id, Token);

        newest.Select(task => task.Id).Should().Equal(ids[2], ids[1]);
        older.Select(task => task.Id).Should().Equal(ids[0]);
        older[0].Error.Should().Be("error 0");
        older[0].UserError.Should().Be("sorry");
        older[0].Party.Should().Be("user alice");
    }

    [Fact]
    public async Task Throughput_remembers_minutes_that_are_over_and_reads_the_present_one_again()
    {
        var throughput = new Throughput(Statistics, Clock);
        (await throughput.ReadAsync(Token)).Should().BeEmpty();
        await EndOneAsync();
        (await throughput.ReadAsync(Token)).Sum(minute => minute.Count).Should().Be(1);
        await EndOneAsync();
        Clock.SetForward(TimeSpan.FromMinutes(3));
        await EndOneAsync();

        var hour = await throughput.ReadAsync(Token);
        (await new Throughput(Statistics, Clock).ReadAsync(Token)).Should().Equal(hour, "a new one reads the whole hour");
        hour.Select(minute => minute.Count).Should().Equal(2, 1);

        Clock.SetForward(TimeSpan.FromMinutes(58));
        (await throughput.ReadAsync(Token)).Select(minute => minute.Count).Should().Equal([1], "an hour ago is too long ago");
        Clock.SetForward(TimeSpan.FromHours(5));
        (await throughput.ReadAsync(Token)).Should().BeEmpty();
    }

    private static long MinuteOf(DateTimeOffset time) => time.ToUnixTimeSeconds() / 60;

    private async Task<ProcessingTask> AddAsync(string type)
    {
        var task = NewTask(type);
        await Tasks.AddAsync(task, Token);
        return task;
    }

    private async Task<ProcessingTask> ClaimAsync(string type) =>
        (await Tasks.ClaimAsync([new ClaimableType(type, "provider-1", LeaseSeconds: 60)], 1, "app worker", Now, Token)).Single();

    private async Task EndOneAsync()
    {
        await AddAsync("test:a");
        await EndAsync(await ClaimAsync("test:a"), TaskTransition.Succeed);
    }

    private Task<TaskChange> EndAsync(ProcessingTask task, TaskTransition transition, string? error = null) =>
        Tasks.TryFinishAsync(
            task.Id,
            new TaskEnding(transition)
            {
                Actor = "app worker",
                Claim = task.Claim,
                ErrorMessage = error,
                UserFacingErrorMessage = error is null ? null : "sorry",
            },
            Now,
            Token
        );
}

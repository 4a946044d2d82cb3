using System.Collections.Concurrent;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Claims and changes of tasks, alone and under contention.</summary>
public abstract class TaskChangeConformance : StoreConformance
{
    private static readonly ClaimableType[] Echo = [new("test:echo", "echo-provider", 60)];

    private static readonly TaskEnding Success = new(TaskTransition.Succeed) { Output = """{"output":"done"}""", Progress = 1 };

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    [Fact]
    public async Task A_claimed_task_is_running_for_the_provider_of_its_type()
    {
        var task = await AddAsync();
        var scheduledAt = Now;
        Clock.Advance(TimeSpan.FromSeconds(5));

        var claimed = await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token);

        claimed
            .Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(
                task,
                options =>
                    options
                        .Excluding(t => t.Status)
                        .Excluding(t => t.StartedAt)
                        .Excluding(t => t.ProviderId)
                        .Excluding(t => t.Attempt)
                        .Excluding(t => t.LeaseUntil)
                        .Excluding(t => t.Claim)
                        .Excluding(t => t.Revision)
                        .Excluding(t => t.History)
            );
        claimed[0].Status.Should().Be(ProcessingStatus.Running);
        claimed[0].StartedAt.Should().Be(Now);
        claimed[0].ProviderId.Should().Be("echo-provider");
        claimed[0].LastUpdated.Should().Be(scheduledAt, "a claim is no update");
        (await Tasks.FindAsync(task.Id, Token)).Should().BeEquivalentTo(claimed[0]);
    }

    [Fact]
    public async Task A_claim_takes_the_oldest_of_all_its_types_first()
    {
        var ids = new List<long>();
        foreach (var type in new[] { "test:b", "test:a", "test:c", "test:a", "test:b" })
            ids.Add((await AddAsync(type)).Id);
        ClaimableType[] providers = [new("test:a", "pa", 60), new("test:b", "pb", 60), new("test:none", "pn", 60)];

        var claimed = await Tasks.ClaimAsync(providers, 3, "app worker", Now, Token);
        var rest = await Tasks.ClaimAsync(providers, 3, "app worker", Now, Token);

        claimed.Select(task => (task.Id, task.ProviderId)).Should().Equal((ids[0], "pb"), (ids[1], "pa"), (ids[3], "pa"));
        rest.Select(task => (task.Id, task.ProviderId)).Should().Equal((ids[4], "pb"));
        (await Tasks.FindAsync(ids[2], Token))!.Status.Should().Be(ProcessingStatus.Scheduled, "its type was not asked for");
    }

    [Fact]
    public async Task A_claim_of_many_types_takes_the_oldest()
    {
        var types = Enumerable.Range(0, 60).Select(i => $"test:{i}").ToList();
        var second = await AddAsync("test:59");
        var third = await AddAsync("test:0");

        var claimed = await Tasks.ClaimAsync(
            [.. types.Select(type => new ClaimableType(type, "p" + type, 60))],
            10,
            "app worker",
            Now,
            Token
        );

        claimed.Select(task => task.Id).Should().Equal(second.Id, third.Id);
    }

    [Fact]
    public async Task A_claim_finds_nothing_when_nothing_waits()
    {
        (await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token)).Should().BeEmpty();

        await AddAsync();
        (await Tasks.ClaimAsync([], 1, "app worker", Now, Token)).Should().BeEmpty("no type was asked for");
        (await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token)).Should().HaveCount(1);
        (await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token)).Should().BeEmpty("the only task is taken");
    }

    [Fact]
    public async Task A_task_is_never_given_to_two_workers()
    {
        const int Tasks400 = 400;
        for (var i = 0; i < Tasks400; i++)
            await AddAsync(i % 3 == 0 ? "test:other" : "test:echo");
        ClaimableType[] providers = [new("test:echo", "pe", 60), new("test:other", "po", 60)];
        var claimed = new ConcurrentBag<long>();

        await Task.WhenAll(
            Enumerable
                .Range(0, 16)
                .Select(worker =>
                    Task.Run(
                        async () =>
                        {
                            while (claimed.Count < Tasks400)
                            {
                                foreach (var task in await Tasks.ClaimAsync(providers, 1 + worker % 3, "app worker", Now, Token))
                                    claimed.Add(task.Id);
                            }
                        },
                        Token
                    )
                )
        );

        claimed.Should().HaveCount(Tasks400).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Progress_makes_a_scheduled_task_run()
    {
        var task = await AddAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));
        var started = Now;

        var first = await Tasks.TryReportProgressAsync(task.Id, null, 0.25, null, "app worker", Now, Token);
        Clock.Advance(TimeSpan.FromSeconds(1));
        var second = await Tasks.TryReportProgressAsync(task.Id, null, 0.1, null, "app worker", Now, Token);

        first.Changed.Should().BeTrue();
        first
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Running,
                    Progress = 0.25,
                    StartedAt = started,
                    LastUpdated = started,
                }
            );
        second.Changed.Should().BeTrue();
        second
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Running,
                    Progress = 0.1,
                    StartedAt = started,
                    LastUpdated = Now,
                }
            );
        (await Tasks.FindAsync(task.Id, Token)).Should().BeEquivalentTo(second.Task);
    }

    [Fact]
    public async Task A_streamed_output_replaces_the_one_before_unless_that_was_stored_lately()
    {
        var task = await AddAsync();
        (await Tasks.TryStreamOutputAsync(task.Id, null, "{}", Now, Now, Token)).Changed.Should().BeFalse("it is not running");
        await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token);

        var first = await Tasks.TryStreamOutputAsync(task.Id, null, """{"o":1}""", Now, Now.AddSeconds(-2), Token);
        Clock.Advance(TimeSpan.FromSeconds(2) - TimeSpan.FromMilliseconds(1));
        var tooEarly = await Tasks.TryStreamOutputAsync(task.Id, null, """{"o":2}""", Now, Now.AddSeconds(-2), Token);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Tasks.TryReportProgressAsync(task.Id, null, 0.5, null, "app worker", Now, Token);
        var afterProgress = await Tasks.TryStreamOutputAsync(task.Id, null, """{"o":3}""", Now, Now.AddSeconds(-2), Token);

        first.Changed.Should().BeTrue();
        tooEarly.Changed.Should().BeFalse();
        tooEarly.Task!.Output.Should().Be("""{"o":1}""");
        afterProgress.Changed.Should().BeTrue("progress is no output");
        afterProgress
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Running,
                    Output = """{"o":3}""",
                    LastUpdated = Now,
                }
            );
    }

    [Fact]
    public async Task A_result_ends_a_task_also_without_a_claim()
    {
        var task = await AddAsync();
        Clock.Advance(TimeSpan.FromSeconds(3));

        var change = await Tasks.TryFinishAsync(task.Id, Success, Now, Token);

        change.Changed.Should().BeTrue();
        change
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Successful,
                    Success.Output,
                    Progress = 1.0,
                    EndedAt = Now,
                    LastUpdated = Now,
                    StartedAt = (DateTimeOffset?)null,
                    ErrorMessage = (string?)null,
                }
            );
    }

    [Fact]
    public async Task A_failure_keeps_the_output_and_the_progress_that_were_there()
    {
        var task = await AddAsync();
        await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token);
        await Tasks.TryReportProgressAsync(task.Id, null, 0.5, null, "app worker", Now, Token);
        await Tasks.TryStreamOutputAsync(task.Id, null, """{"o":"part"}""", Now, Now, Token);

        var change = await Tasks.TryFinishAsync(
            task.Id,
            new TaskEnding(TaskTransition.Fail) { ErrorMessage = "boom", UserFacingErrorMessage = "sorry" },
            Now,
            Token
        );

        change.Changed.Should().BeTrue();
        change
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Failed,
                    Output = """{"o":"part"}""",
                    Progress = 0.5,
                    EndedAt = Now,
                    ErrorMessage = "boom",
                    UserFacingErrorMessage = "sorry",
                }
            );
    }

    [Fact]
    public async Task Of_many_results_at_the_same_time_each_has_its_own_outcome()
    {
        var (succeeds, fails, over) = (await AddAsync(), await AddAsync(), await AddAsync());
        await Tasks.TryCancelAsync(over.Id, "user alice", Now, Token);
        var failure = new TaskEnding(TaskTransition.Fail) { ErrorMessage = "boom" };

        var changes = await Task.WhenAll(
            new[] { (over.Id, Success), (fails.Id, failure), (999_999, Success), (succeeds.Id, Success) }.Select(ending =>
                Tasks.TryFinishAsync(ending.Item1, ending.Item2, Now, Token)
            )
        );

        changes
            .Select(change => (change.Task?.Id, change.Task?.Status, change.Changed))
            .Should()
            .Equal(
                (over.Id, ProcessingStatus.Cancelled, false),
                (fails.Id, ProcessingStatus.Failed, true),
                (null, null, false),
                (succeeds.Id, ProcessingStatus.Successful, true)
            );
    }

    [Fact]
    public async Task Cancelling_ends_a_task()
    {
        var task = await AddAsync();
        Clock.Advance(TimeSpan.FromSeconds(1));

        var change = await Tasks.TryCancelAsync(task.Id, "user alice", Now, Token);

        change.Changed.Should().BeTrue();
        change
            .Task.Should()
            .BeEquivalentTo(
                new
                {
                    Status = ProcessingStatus.Cancelled,
                    EndedAt = Now,
                    LastUpdated = Now,
                }
            );
        (await Tasks.ClaimAsync(Echo, 1, "app worker", Now, Token)).Should().BeEmpty();
    }

    [Theory]
    [InlineData(ProcessingStatus.Successful)]
    [InlineData(ProcessingStatus.Failed)]
    [InlineData(ProcessingStatus.Cancelled)]
    public async Task Nothing_changes_a_task_that_has_ended(ProcessingStatus ended)
    {
        var task = await AddAsync();
        var ending = ended switch
        {
            ProcessingStatus.Successful => await Tasks.TryFinishAsync(task.Id, Success, Now, Token),
            ProcessingStatus.Failed => await Tasks.TryFinishAsync(
                task.Id,
                new TaskEnding(TaskTransition.Fail) { ErrorMessage = "e" },
                Now,
                Token
            ),
            _ => await Tasks.TryCancelAsync(task.Id, "user alice", Now, Token),
        };
        Clock.Advance(TimeSpan.FromMinutes(1));

        TaskChange[] late =
        [
            await Tasks.TryReportProgressAsync(task.Id, null, 0.9, null, "app worker", Now, Token),
            await Tasks.TryStreamOutputAsync(task.Id, null, """{"o":"late"}""", Now, Now, Token),
            await Tasks.TryFinishAsync(task.Id, new TaskEnding(TaskTransition.Succeed) { Output = """{"o":"late"}""" }, Now, Token),
            await Tasks.TryFinishAsync(task.Id, new TaskEnding(TaskTransition.Fail) { ErrorMessage = "late" }, Now, Token),
            await Tasks.TryCancelAsync(task.Id, "user alice", Now, Token),
        ];

        ending.Task!.Status.Should().Be(ended);
        late.Should().OnlyContain(change => !change.Changed);
        foreach (var change in late)
            change.Task.Should().BeEquivalentTo(ending.Task);
    }

    [Fact]
    public async Task Nothing_changes_a_task_that_does_not_exist()
    {
        var missing = new TaskChange(null, Changed: false);

        (await Tasks.TryReportProgressAsync(4711, null, 0.9, null, "app worker", Now, Token)).Should().Be(missing);
        (await Tasks.TryStreamOutputAsync(4711, null, "{}", Now, Now, Token)).Should().Be(missing);
        (await Tasks.TryFinishAsync(4711, Success, Now, Token)).Should().Be(missing);
        (await Tasks.TryCancelAsync(4711, "user alice", Now, Token)).Should().Be(missing);
    }

    [Fact]
    public async Task A_change_of_one_task_leaves_the_others_alone()
    {
        var other = await AddAsync();
        var task = await AddAsync();

        await Tasks.TryFinishAsync(task.Id, Success, Now.AddDays(1), Token);

        (await Tasks.FindAsync(other.Id, Token)).Should().BeEquivalentTo(other);
    }

    [Fact]
    public async Task A_task_ends_by_success_or_failure_only()
    {
        var task = await AddAsync();

        await FluentActions
            .Awaiting(() => Tasks.TryFinishAsync(task.Id, new TaskEnding(TaskTransition.Cancel), Now, Token))
            .Should()
            .ThrowAsync<ArgumentException>();
    }

    [Fact]
    public async Task The_first_result_wins()
    {
        var task = await AddAsync();

        var endings = Enumerable.Range(0, 16).Select(worker => Success with { Output = $$"""{"worker":{{worker}}}""" });
        var changes = await Task.WhenAll(endings.Select(ending => Task.Run(() => Tasks.TryFinishAsync(task.Id, ending, Now, Token))));

        var winner = changes.Should().ContainSingle(change => change.Changed).Which;
        changes.Select(change => change.Task!.Output).Distinct().Should().Equal(winner.Task!.Output);
    }

    [Fact]
    public async Task Cancelling_and_finishing_at_once_ends_a_task_in_one_way()
    {
        for (var round = 0; round < 20; round++)
        {
            var task = await AddAsync();
            var cancel = Task.Run(() => Tasks.TryCancelAsync(task.Id, "user alice", Now, Token));
            var finish = Task.Run(() => Tasks.TryFinishAsync(task.Id, Success, Now, Token));

            TaskChange[] changes = [await cancel, await finish];

            var winner = changes.Should().ContainSingle(change => change.Changed).Which;
            (await Tasks.FindAsync(task.Id, Token)).Should().BeEquivalentTo(winner.Task);
            winner.Task!.Output.Should().Be(winner.Task.Status == ProcessingStatus.Successful ? Success.Output : null);
        }
    }

    private async Task<ProcessingTask> AddAsync(string type = "test:echo")
    {
        var task = NewTask(type);
        await Tasks.AddAsync(task, Token);
        return task;
    }
}

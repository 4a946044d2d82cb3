using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Reporting;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>
/// Storing, finding, counting and removing tasks; <see cref="TaskChangeConformance"/> has the changes of status.
/// </summary>
public abstract class TaskStoreConformance : StoreConformance
{
    private ITaskStore Tasks => Database.Get<ITaskStore>();

    [Fact]
    public async Task A_task_is_found_as_it_was_added()
    {
        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            UserId = "alice",
            GuestAddress = "192.0.2.7/32",
            AppId = "assistant",
            Input = """{"input":"Grüße 👋","n":1.50}""",
            Output = """{"output":"…"}""",
            CustomId = "mine",
            WebhookUri = "https://example.test/hook",
            WebhookMethod = "HTTP:POST",
            IncludeWatermark = false,
            PreferStreaming = true,
            AllowCleanup = false,
            Progress = 0.25,
            ProviderId = "provider",
            ErrorMessage = "broken",
            UserFacingErrorMessage = "sorry",
            ScheduledAt = Now,
            StartedAt = Now.AddMilliseconds(1),
            EndedAt = Now.AddSeconds(2),
            LastUpdated = Now.AddSeconds(3),
            CompletionExpectedAt = Now.AddMinutes(1),
            ProjectId = 3,
            TotalSteps = 100,
            Priority = -4,
            NotBefore = Now.AddSeconds(4),
            Attempt = 2,
            LeaseSeconds = 90,
            LeaseUntil = Now.AddSeconds(5),
            Renewals = 6,
            OutputAt = Now.AddSeconds(6),
            Revision = 7,
            TraceParent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            History = TaskHistory.Line(Now, TaskHistory.Scheduled, "user alice"),
        };

        await Tasks.AddAsync(task, Token);

        task.Id.Should().BePositive();
        (await Tasks.FindAsync(task.Id, Token)).Should().BeEquivalentTo(task);
        await using var node = Database.AddTo(new ServiceCollection().AddLogging()).BuildServiceProvider();
        (await node.GetRequiredService<ITaskStore>().FindAsync(task.Id, Token))
            .Should()
            .BeEquivalentTo(task, "another node knows only what was stored");
    }

    [Fact]
    public async Task A_task_that_left_everything_open_has_nulls()
    {
        var task = NewTask(userId: null);
        await Tasks.AddAsync(task, Token);

        var found = await Tasks.FindAsync(task.Id, Token);

        found.Should().BeEquivalentTo(task);
        found!.Owner.Should().Be(TaskOwner.None);
    }

    [Fact]
    public async Task An_unknown_id_finds_nothing() => (await Tasks.FindAsync(4711, Token)).Should().BeNull();

    [Fact]
    public async Task Ids_grow_and_are_never_given_again()
    {
        var first = await AddAsync();
        var second = await AddAsync();
        await Tasks.DeleteAsync(second.Id, second.Owner, Token);

        var third = await AddAsync();

        second.Id.Should().BeGreaterThan(first.Id);
        third.Id.Should().BeGreaterThan(second.Id);
    }

    [Fact]
    public async Task Tasks_added_at_once_get_different_ids()
    {
        var tasks = Enumerable.Range(0, 100).Select(_ => NewTask()).ToList();

        await Task.WhenAll(tasks.Select(task => Task.Run(() => Tasks.AddAsync(task, Token))));

        tasks.Select(task => task.Id).Should().OnlyHaveUniqueItems().And.OnlyContain(id => id > 0);
    }

    [Fact]
    public async Task Long_texts_are_kept_whole()
    {
        var task = NewTask();
        await Tasks.AddAsync(task, Token);
        var output = new string('ä', 1_000_000);

        await Tasks.TryFinishAsync(task.Id, new TaskEnding(TaskTransition.Succeed) { Output = output }, Now, Token);

        (await Tasks.FindAsync(task.Id, Token))!.Output.Should().Be(output);
    }

    [Fact]
    public async Task A_list_has_the_tasks_of_its_owner_by_id()
    {
        var one = await AddAsync(userId: "alice");
        await AddAsync(userId: "Alice");
        var guest = await AddAsync(userId: null, guestAddress: "192.0.2.7/32");
        var nobody = await AddAsync(userId: null);
        var two = await AddAsync(userId: "alice");

        (await ListAsync(new() { Owner = TaskOwner.User("alice") })).Should().Equal(one.Id, two.Id);
        (await ListAsync(new() { Owner = TaskOwner.Guest("192.0.2.7/32") })).Should().Equal(guest.Id);
        (await ListAsync(new() { Owner = TaskOwner.None })).Should().Equal(nobody.Id);
        (await ListAsync(new())).Should().HaveCount(5).And.BeInAscendingOrder();
    }

    [Fact]
    public async Task Every_filter_of_a_list_must_match()
    {
        await AddAsync(appId: "mail");
        await AddAsync(customId: "a");
        await AddAsync(type: "test:other");
        var running = await AddAsync();
        await Tasks.TryReportProgressAsync(running.Id, null, 0.5, null, "app worker", Now, Token);
        var wanted = await AddAsync(type: "test:other", appId: "mail", customId: "a");

        (await ListAsync(new() { AppId = "mail" })).Should().HaveCount(2);
        (await ListAsync(new() { CustomId = "a" })).Should().HaveCount(2);
        (await ListAsync(new() { Type = "test:other" })).Should().HaveCount(2);
        (await ListAsync(new() { Status = ProcessingStatus.Running })).Should().Equal(running.Id);
        (
            await ListAsync(
                new()
                {
                    Owner = TaskOwner.User("alice"),
                    AppId = "mail",
                    CustomId = "a",
                    Type = "test:other",
                    Status = ProcessingStatus.Scheduled,
                }
            )
        ).Should().Equal(wanted.Id);
    }

    [Fact]
    public async Task A_page_has_the_newest_tasks_first_and_goes_on_by_offset_or_by_id()
    {
        var first = await AddAsync();
        var second = await AddAsync();
        var third = await AddAsync();

        (await ListAsync(new() { Page = new TaskPage(2) })).Should().Equal(third.Id, second.Id);
        (await ListAsync(new() { Page = new TaskPage(2, Offset: 1) })).Should().Equal(second.Id, first.Id);
        (await ListAsync(new() { Page = new TaskPage(2, BeforeId: second.Id) })).Should().Equal(first.Id);
        (await Tasks.CountAsync(new() { Page = new TaskPage(1) }, Token)).Should().Be(3, "all pages count");
    }

    [Fact]
    public async Task Only_its_owner_deletes_a_task()
    {
        var task = await AddAsync(userId: "alice");
        var guests = await AddAsync(userId: null, guestAddress: "192.0.2.7/32");

        (await Tasks.DeleteAsync(task.Id, TaskOwner.User("bob"), Token)).Should().BeFalse();
        (await Tasks.DeleteAsync(task.Id, TaskOwner.None, Token)).Should().BeFalse();
        (await Tasks.DeleteAsync(guests.Id, TaskOwner.Guest("192.0.2.8/32"), Token)).Should().BeFalse();
        (await ListAsync(new())).Should().Equal(task.Id, guests.Id);

        (await Tasks.DeleteAsync(task.Id, TaskOwner.User("alice"), Token)).Should().BeTrue();
        (await Tasks.DeleteAsync(guests.Id, TaskOwner.Guest("192.0.2.7/32"), Token)).Should().BeTrue();
        (await ListAsync(new())).Should().BeEmpty();
        (await Tasks.DeleteAsync(task.Id, TaskOwner.User("alice"), Token)).Should().BeFalse();
    }

    [Fact]
    public async Task The_place_in_the_queue_counts_older_scheduled_tasks_of_any_type()
    {
        var first = await AddAsync();
        await AddAsync(type: "test:other", userId: "bob");
        var third = await AddAsync();

        (await Tasks.CountScheduledBeforeAsync(first.Id, Token)).Should().Be(0);
        (await Tasks.CountScheduledBeforeAsync(third.Id, Token)).Should().Be(2);

        await Tasks.TryCancelAsync(first.Id, "user alice", Now, Token);
        (await Tasks.CountScheduledBeforeAsync(third.Id, Token)).Should().Be(1);
    }

    [Fact]
    public async Task Tasks_are_counted_by_status_over_the_types_asked_for()
    {
        await AddAsync();
        await AddAsync();
        var cancelled = await AddAsync(type: "test:other");
        await Tasks.TryCancelAsync(cancelled.Id, "user alice", Now, Token);
        await AddAsync(type: "test:third");

        await Tasks.ClaimAsync([new ClaimableType("test:third", "provider", 60)], 1, "app worker", Now, Token);

        (await Tasks.CountQueueAsync([], Token)).Should().Be(new QueueCounts(Scheduled: 2, Running: 1));
        (await Tasks.CountQueueAsync(["test:echo", "test:other"], Token)).Should().Be(new QueueCounts(Scheduled: 2, Running: 0));
        (await Tasks.CountEndedAsync([], Token)).Should().Equal(new Dictionary<ProcessingStatus, int> { [ProcessingStatus.Cancelled] = 1 });
        (await Tasks.CountEndedAsync(["test:echo"], Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_levels_of_the_queue_are_measured_by_type()
    {
        (await Tasks.MeasureQueueAsync(Now, Token)).Should().BeEmpty();
        await AddAsync(type: "test:third");
        await Tasks.ClaimAsync([new ClaimableType("test:third", "provider", 60)], 1, "app worker", Now, Token);
        await Tasks.TryCancelAsync((await AddAsync(type: "test:other")).Id, "user alice", Now, Token);
        await AddAsync();
        await AddAsync();
        await AddAsync();
        var claimed = (await Tasks.ClaimAsync([new ClaimableType("test:echo", "provider", 60)], 1, "app worker", Now, Token)).Single();
        await Tasks.TryRetryAsync(claimed.Id, claimed.Claim, Now.AddHours(1), 3, "app worker", "busy", Now, Token);

        var levels = await Tasks.MeasureQueueAsync(Now.AddSeconds(42), Token);

        levels
            .Should()
            .BeEquivalentTo([
                new QueueLevel("test:echo", Waiting: 2, Delayed: 1, Running: 0, OldestAge: TimeSpan.FromSeconds(42)),
                new QueueLevel("test:third", Waiting: 0, Delayed: 0, Running: 1, OldestAge: null),
            ]);
    }

    [Fact]
    public async Task Waiting_tasks_are_noticed_by_type()
    {
        var task = await AddAsync(type: "test:other");

        (await Tasks.AnyScheduledAsync(["test:echo", "test:other"], Token)).Should().BeTrue();
        (await Tasks.AnyScheduledAsync(["test:echo"], Token)).Should().BeFalse();
        (await Tasks.AnyScheduledAsync([], Token)).Should().BeFalse();

        await Tasks.TryCancelAsync(task.Id, "user alice", Now, Token);
        (await Tasks.AnyScheduledAsync(["test:other"], Token)).Should().BeFalse();
    }

    private async Task<ProcessingTask> AddAsync(
        string type = "test:echo",
        string? userId = "alice",
        string appId = "notes",
        string? customId = null,
        string? guestAddress = null,
        bool allowCleanup = true
    )
    {
        var task = NewTask(type, userId, appId, customId, guestAddress, allowCleanup);
        await Tasks.AddAsync(task, Token);
        return task;
    }

    private async Task<IEnumerable<long>> ListAsync(TaskQuery filter) => (await Tasks.ListAsync(filter, Token)).Select(task => task.Id);
}

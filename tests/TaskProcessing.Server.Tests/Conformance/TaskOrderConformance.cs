using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Claiming;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>The order of the queue, and the answer to a repeated request.</summary>
public abstract class TaskOrderConformance : StoreConformance
{
    private static readonly ClaimableType[] Echo = [new("test:echo", "p", 60)];

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    [Fact]
    public async Task Users_take_turns_however_many_tasks_each_has()
    {
        var alice = new List<long>();
        for (var i = 0; i < 5; i++)
            alice.Add(await AddAsync("alice"));
        await ClaimAsync(2);
        var bob = new[] { await AddAsync("bob"), await AddAsync("bob") };
        var carol = await AddAsync("carol");

        (await ClaimAsync(10)).Should().Equal(alice[2], bob[0], carol, alice[3], bob[1], alice[4]);
    }

    [Theory]
    [InlineData("test:echo")]
    [InlineData("test:echo", "test:other")]
    public async Task Tasks_that_are_claimed_one_by_one_come_in_turn_too(params string[] types)
    {
        var low = await AddAsync("bob", priority: -1);
        var alice = new[] { await AddAsync("alice"), await AddAsync("alice"), await AddAsync("alice") };
        var (bob, carol) = (await AddAsync("bob"), await AddAsync("carol"));

        foreach (var next in new[] { alice[0], bob, carol, alice[1], alice[2], low })
            (await Tasks.ClaimAsync([.. types.Select(type => new ClaimableType(type, "p", 60))], 1, "", Now, Token))
                .Single()
                .Id.Should()
                .Be(next);
    }

    [Fact]
    public async Task A_worker_that_waits_is_woken_as_a_task_is_being_stored_and_its_claim_finds_it()
    {
        Task<IEnumerable<long>>? claim = null;
        // The wait can end before the callback has its turn; then a worker claims by itself.
        for (var times = 0; claim is null && times < 100; times++)
        {
            var task = NewTask();
            using var worker = Database.Get<TaskSignal>().ListenForScheduled([task.Type]);
            var waiting = worker.WaitAsync(Timeout.InfiniteTimeSpan, TimeProvider.System, () => claim = ClaimAsync(1), Token);
            await Tasks.AddAsync(task, Token);

            (await waiting).Should().BeTrue();
            (await (claim ?? ClaimAsync(1))).Should().Equal(task.Id);
        }

        claim.Should().NotBeNull();
    }

    [Fact]
    public async Task The_tasks_of_one_user_are_served_as_they_came()
    {
        var ids = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            ids.Add(await AddAsync("alice"));
            if (i % 7 == 6)
                (await ClaimAsync(1)).Should().Equal(ids[i / 7]);
        }

        (await ClaimAsync(100)).Should().Equal(ids.Skip(2));
    }

    [Fact]
    public async Task Guests_and_apps_without_user_take_turns_too()
    {
        var app = new[] { await AddAsync(null, app: "notes"), await AddAsync(null, app: "notes") };
        var guest = await AddAsync(null, guest: "192.0.2.7/32");
        var otherApp = await AddAsync(null, app: "mail");

        (await ClaimAsync(10)).Should().Equal(app[0], guest, otherApp, app[1]);
    }

    [Fact]
    public async Task A_higher_priority_comes_first_and_turns_count_within_it()
    {
        var low = await AddAsync("alice", priority: -1);
        var normal = new[] { await AddAsync("alice"), await AddAsync("alice") };
        var high = new[] { await AddAsync("alice", priority: 5), await AddAsync("alice", priority: 5) };
        var bob = await AddAsync("bob", priority: 5);

        (await ClaimAsync(10)).Should().Equal(high[0], bob, high[1], normal[0], normal[1], low);
    }

    [Fact]
    public async Task Types_take_turns_in_a_claim_and_the_older_front_begins()
    {
        var echo = new[] { await AddAsync("alice"), await AddAsync("alice"), await AddAsync("alice") };
        var other = new[] { await AddAsync("alice", type: "test:other"), await AddAsync("alice", type: "test:other") };

        var claimed = await Tasks.ClaimAsync([new("test:other", "p", 60), .. Echo], 4, "", Now, Token);

        claimed.Select(task => task.Id).Should().Equal(echo[0], other[0], echo[1], other[1]);
    }

    [Fact]
    public async Task A_type_whose_turns_began_again_does_not_overtake_the_others()
    {
        var echo = new List<long>();
        for (var i = 0; i < 5; i++)
            echo.Add(await AddAsync("alice"));
        await ClaimAsync(3);
        await AddAsync("alice", type: "test:other");

        var claimed = await Tasks.ClaimAsync([new("test:other", "p", 60), .. Echo], 1, "", Now, Token);

        claimed.Select(task => task.Id).Should().Equal([echo[3]], "it is older, though its turn is higher");
    }

    [Fact]
    public async Task A_batch_ends_with_the_task_whose_input_fills_it_and_leaves_the_others_waiting()
    {
        // A third of the limit: three bytes a character.
        var input = new string('€', (8 * 1024 * 1024 / 9) + 1);
        var small = await AddAsync("alice");
        var bob = new[] { await AddAsync("bob", input: input), await AddAsync("bob", "test:other", input: input) };
        var carol = new[] { await AddAsync("carol", input: input), await AddAsync("carol", "test:other", input: input) };
        var dave = await AddAsync("dave");
        ClaimableType[] types = [.. Echo, new("test:other", "p", 60)];

        var first = await Tasks.ClaimAsync(types, 100, "", Now, Token);
        var left = (await Tasks.FindAsync(carol[0], Token))!;
        (left.Status, left.Attempt, left.Claim, left.Revision).Should().Be((ProcessingStatus.Scheduled, 0, 0, 1));
        var second = await Tasks.ClaimAsync(types, 100, "", Now, Token);

        first.Select(task => task.Id).Should().Equal(small, bob[1], bob[0], carol[1]);
        second.Select(task => task.Id).Should().Equal(carol[0], dave);
    }

    [Fact]
    public async Task A_task_that_fills_a_batch_alone_is_claimed_alone()
    {
        var large = new[] { await AddAsync("alice", input: new string('a', 9 * 1024 * 1024)), await AddAsync("alice") };

        (await ClaimAsync(2)).Should().Equal(large[0]);
        (await ClaimAsync(2)).Should().Equal(large[1]);
    }

    [Fact]
    public async Task Waiting_tasks_are_counted_for_a_party_and_for_an_app_up_to_a_limit()
    {
        for (var i = 0; i < 3; i++)
            await AddAsync("alice");
        await AddAsync("bob", app: "mail");
        await ClaimAsync(1);

        (await Tasks.CountScheduledAsync("user alice", null, 10, Token)).Should().Be(2);
        (await Tasks.CountScheduledAsync("user alice", null, 1, Token)).Should().Be(1);
        (await Tasks.CountScheduledAsync(null, "mail", 10, Token)).Should().Be(1);
        (await Tasks.CountScheduledAsync(null, "none", 10, Token)).Should().Be(0);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_task_of_the_first()
    {
        var first = NewTask();
        (await Tasks.AddOnceAsync(first, Key("k", "same"), [], Token)).Should().BeNull();

        var repeated = await Tasks.AddOnceAsync(NewTask(), Key("k", "same"), [], Token);
        var other = await Tasks.AddOnceAsync(NewTask(), Key("k", "other"), [], Token);

        repeated!.Task.Should().BeEquivalentTo(first);
        repeated.SameRequest.Should().BeTrue();
        other!.SameRequest.Should().BeFalse();
        (await Tasks.FindByKeyAsync(Key("k", "same"), Token)).Should().BeEquivalentTo(repeated);
        (await Tasks.FindByKeyAsync(Key("other", "same"), Token)).Should().BeNull();
        (await Tasks.ListAsync(new TaskQuery(), Token)).Should().HaveCount(1);
    }

    [Fact]
    public async Task Keys_of_others_and_forgotten_keys_and_keys_of_deleted_tasks_do_not_count()
    {
        var first = NewTask();
        await Tasks.AddOnceAsync(first, Key("k", "same"), [], Token);

        (await Tasks.AddOnceAsync(NewTask(), Key("k", "same") with { Party = "user bob" }, [], Token)).Should().BeNull();
        (await Tasks.AddOnceAsync(NewTask(), Key("k", "same") with { AppId = "mail" }, [], Token)).Should().BeNull();
        (await Tasks.AddOnceAsync(NewTask(), Key("k", "same") with { ForgottenBefore = Now.AddSeconds(1) }, [], Token)).Should().BeNull();
        (await Tasks.FindByKeyAsync(Key("k", "same"), Token))!.Task.Id.Should().BeGreaterThan(first.Id, "the newer task has the key now");
        foreach (var task in await Tasks.ListAsync(new TaskQuery(), Token))
            await Tasks.DeleteAsync(task.Id, task.Owner, Token);
        (await Tasks.FindByKeyAsync(Key("k", "same"), Token)).Should().BeNull();
        (await Tasks.AddOnceAsync(NewTask(), Key("k", "other"), [], Token)).Should().BeNull();
    }

    [Fact]
    public async Task Of_many_requests_with_one_key_at_once_one_is_stored()
    {
        var tasks = Enumerable.Range(0, 16).Select(_ => NewTask()).ToList();

        var answers = await Task.WhenAll(tasks.Select(task => Task.Run(() => Tasks.AddOnceAsync(task, Key("k", "same"), [], Token))));

        answers.Should().ContainSingle(answer => answer == null);
        var stored = (await Tasks.ListAsync(new TaskQuery(), Token)).Should().ContainSingle().Subject;
        answers.OfType<KeyedTask>().Should().OnlyContain(answer => answer.Task.Id == stored.Id && answer.SameRequest);
    }

    [Fact]
    public async Task Of_many_requests_with_the_key_of_a_deleted_task_one_is_stored()
    {
        var deleted = NewTask();
        await Tasks.AddOnceAsync(deleted, Key("k", "same"), [], Token);
        await Tasks.DeleteAsync(deleted.Id, deleted.Owner, Token);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => Tasks.AddOnceAsync(NewTask(), Key("k", "same"), [], Token)))
        );

        answers.Should().ContainSingle(answer => answer == null);
        (await Tasks.ListAsync(new TaskQuery(), Token)).Should().ContainSingle();
    }

    private IdempotencyKey Key(string key, string request) => new("user alice", "notes", key, request, Now, Now.AddDays(-1));

    private async Task<long> AddAsync(
        string? user,
        string type = "test:echo",
        string app = "notes",
        string? guest = null,
        int priority = 0,
        string input = "{}"
    )
    {
        var task = new ProcessingTask
        {
            Type = type,
            Status = ProcessingStatus.Scheduled,
            UserId = user,
            GuestAddress = guest,
            AppId = app,
            Priority = priority,
            Input = input,
            ScheduledAt = Now,
            LastUpdated = Now,
        };
        await Tasks.AddAsync(task, Token);
        return task.Id;
    }

    private async Task<IEnumerable<long>> ClaimAsync(int count) =>
        (await Tasks.ClaimAsync(Echo, count, "", Now, Token)).Select(task => task.Id);
}

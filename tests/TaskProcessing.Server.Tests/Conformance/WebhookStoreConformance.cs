using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>The outbox of webhooks: deliveries that are stored with the end of a task, and their claims by nodes.</summary>
public abstract class WebhookStoreConformance : StoreConformance
{
    private static readonly TaskEnding Success = new(TaskTransition.Succeed)
    {
        Actor = "app worker",
        Output = """{"output":"dön€ \"\u0001\""}""",
        Progress = 1,
    };
    private static readonly TaskEnding Failure = new(TaskTransition.Fail)
    {
        Actor = "app worker",
        ErrorMessage = "boom",
        UserFacingErrorMessage = "sorry",
    };

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private IWebhookStore Webhooks => Database.Get<IWebhookStore>();

    [Fact]
    public async Task Every_end_of_a_task_with_a_webhook_brings_one_delivery_with_the_task_as_it_ended()
    {
        var (succeeded, failed, cancelled, lost) = (await AddAsync(), await AddAsync(), await AddAsync(), await AddAsync("test:lost"));
        await Tasks.ClaimAsync([new("test:lost", "p", 60)], 1, "app worker", Now, Token);
        Clock.Advance(TimeSpan.FromMinutes(2));

        await Tasks.TryFinishAsync(succeeded, Success, Now, Token);
        await Tasks.TryFinishAsync(failed, Failure, Now, Token);
        await Tasks.TryCancelAsync(cancelled, "user alice", Now, Token);
        await Database.Get<ITaskUpkeep>().GiveUpLostAsync(1, 10, Now, Token);

        var deliveries = (await AllAsync()).ToDictionary(delivery => delivery.TaskId);
        deliveries.Keys.Should().BeEquivalentTo([succeeded, failed, cancelled, lost]);
        deliveries
            .Values.Should()
            .AllSatisfy(delivery =>
                delivery
                    .Should()
                    .BeEquivalentTo(
                        new
                        {
                            Uri = "https://hooks.example/done",
                            Method = "HTTP:POST",
                            Target = "https://hooks.example",
                            UserId = "alice",
                            State = WebhookState.Waiting,
                            NextAttemptAt = Now,
                            Attempts = 0,
                        }
                    )
            );
        deliveries.Values.Select(delivery => delivery.Id).Should().OnlyHaveUniqueItems();
        foreach (var id in deliveries.Keys)
        {
            var stored = (await Tasks.FindAsync(id, Token))!.ToProtocol();
            JsonElement
                .Parse(deliveries[id].Body)
                .GetProperty("task")
                .Deserialize(ProtocolJson.Default.ProtocolTask)
                .Should()
                .BeEquivalentTo(
                    stored,
                    options =>
                        options
                            .ComparingByMembers<ProtocolTask>()
                            .Using<JsonElement>(json => JsonElement.DeepEquals(json.Subject, json.Expectation).Should().BeTrue())
                            .WhenTypeIs<JsonElement>()
                );
        }
    }

    [Theory]
    [InlineData(null, null)]
    [InlineData("https://hooks.example/", null)]
    [InlineData("https://hooks.example/", "")]
    [InlineData("", "HTTP:POST")]
    public async Task Without_address_or_method_nothing_is_delivered(string? uri, string? method)
    {
        var (finished, cancelled, lost) = (
            await AddAsync(uri: uri, method: method),
            await AddAsync(uri: uri, method: method),
            await AddAsync("test:lost", uri, method)
        );
        await Tasks.ClaimAsync([new("test:lost", "p", 60)], 1, "app worker", Now, Token);
        Clock.Advance(TimeSpan.FromMinutes(2));

        (await Tasks.TryFinishAsync(finished, Success, Now, Token)).Changed.Should().BeTrue();
        (await Tasks.TryCancelAsync(cancelled, "user alice", Now, Token)).Changed.Should().BeTrue();
        (await Database.Get<ITaskUpkeep>().GiveUpLostAsync(1, 10, Now, Token)).Select(task => task.Id).Should().Equal(lost);

        (await AllAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task Of_many_that_end_a_task_one_makes_a_delivery_and_later_changes_make_none()
    {
        var id = await AddAsync();

        var changes = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    Task.Run(() => i % 2 == 0 ? Tasks.TryFinishAsync(id, Success, Now, Token) : Tasks.TryCancelAsync(id, "", Now, Token))
                )
        );
        await Tasks.TryReportProgressAsync(id, null, 0.5, null, "app worker", Now, Token);
        (await Tasks.DeleteAsync(id, TaskOwner.User("alice"), Token)).Should().BeTrue();

        changes.Count(change => change.Changed).Should().Be(1);
        changes.Should().AllSatisfy(change => change.Task!.EndedAt.Should().NotBeNull());
        (await AllAsync())
            .Should()
            .ContainSingle("the task is gone, but what was to be said is not")
            .Which.Body.Should()
            .Contain($"\"id\":{id}");
    }

    [Fact]
    public async Task An_error_with_an_outdated_claim_ends_no_task_and_wakes_no_reader()
    {
        var id = await AddAsync();

        var outdated = await Tasks.TryFinishAsync(id, Failure with { Claim = 1 }, Now, Token);
        var current = await Tasks.TryFinishAsync(id, Failure with { Claim = 0 }, Now, Token);

        (outdated.Changed, current.Changed).Should().Be((false, true));
        (await AllAsync()).Should().ContainSingle();
    }

    [Fact]
    public async Task When_the_delivery_cannot_be_stored_the_task_has_not_ended()
    {
        var (finished, cancelled, lost) = (await AddAsync(), await AddAsync(), await AddAsync("test:lost"));
        await Tasks.ClaimAsync([new("test:lost", "p", 60)], 1, "app worker", Now, Token);
        Clock.Advance(TimeSpan.FromMinutes(2));
        await using (var db = Database.OpenContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE webhook_deliveries RENAME TO hidden", Token);

        foreach (
            Func<Task> end in new Func<Task>[]
            {
                () => Tasks.TryFinishAsync(finished, Success, Now, Token),
                () => Tasks.TryCancelAsync(cancelled, "", Now, Token),
                () => Database.Get<ITaskUpkeep>().GiveUpLostAsync(1, 10, Now, Token),
            }
        )
        {
            await end.Should().ThrowAsync<Exception>();
        }

        foreach (var id in new[] { finished, cancelled, lost })
            (await Tasks.FindAsync(id, Token))
                .Should()
                .Match<ProcessingTask>(task => task.EndedAt == null && task.Status < ProcessingStatus.Successful);
        await using (var db = Database.OpenContext())
            await db.Database.ExecuteSqlRawAsync("ALTER TABLE hidden RENAME TO webhook_deliveries", Token);
        (await Tasks.TryFinishAsync(finished, Success, Now, Token)).Changed.Should().BeTrue();
        (await AllAsync()).Select(delivery => delivery.TaskId).Should().Equal(finished);
    }

    [Fact]
    public async Task Tasks_that_end_at_the_same_time_bring_a_delivery_each_if_they_have_a_webhook()
    {
        var (first, plain, second) = (await AddAsync(), await AddAsync(uri: null, method: null), await AddAsync());

        var changes = await Task.WhenAll(
            new[] { (second, Failure), (plain, Success), (first, Success), (first, Success) }.Select(ending =>
                Tasks.TryFinishAsync(ending.Item1, ending.Item2, Now, Token)
            )
        );

        changes.Count(change => change.Changed).Should().Be(3);
        (await AllAsync()).Select(delivery => delivery.TaskId).Should().BeEquivalentTo([first, second]);
    }

    [Fact]
    public async Task Many_nodes_that_claim_at_once_get_every_delivery_once()
    {
        for (var i = 0; i < 60; i++)
            await EndAsync($"https://host{i % 7}.example/");

        var claimed = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        var mine = new List<string>();
                        while (await ClaimAsync(5) is { Count: > 0 } some)
                            mine.AddRange(some.Select(delivery => delivery.Id));
                        return mine;
                    })
                )
        );

        while (await ClaimAsync(5) is { Count: > 0 } rest)
            claimed = [.. claimed, [.. rest.Select(delivery => delivery.Id)]];
        claimed.SelectMany(ids => ids).Should().HaveCount(60).And.OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task A_claim_takes_the_longest_due_but_only_some_of_each_target_and_none_of_full_ones()
    {
        var hog = new List<string>();
        for (var i = 0; i < 5; i++)
            hog.Add(await EndAsync("https://hog.example/"));
        var (other, full) = (await EndAsync("https://other.example/"), await EndAsync("https://full.example/"));

        (await ClaimAsync(10, 2, ["https://full.example"]))
            .Select(delivery => delivery.Id)
            .Should()
            .BeEquivalentTo([hog[0], hog[1], other]);
        (await ClaimAsync(1, 2, ["https://full.example"])).Select(delivery => delivery.Id).Should().Equal(hog[2]);
        (await ClaimAsync(10, 2, ["https://hog.example"])).Select(delivery => delivery.Id).Should().Equal(full);
    }

    [Fact]
    public async Task A_delivery_of_a_dead_node_is_due_again_after_its_lease_and_the_node_cannot_record_it()
    {
        await EndAsync();
        var dead = (await ClaimAsync()).Single();
        dead.Should()
            .BeEquivalentTo(
                new
                {
                    State = WebhookState.Sending,
                    Attempts = 1,
                    NextAttemptAt = Now.AddMinutes(1),
                }
            );
        Clock.Advance(TimeSpan.FromSeconds(59));
        (await Webhooks.AnyDueAsync(Now, Token)).Should().BeFalse();
        Clock.Advance(TimeSpan.FromSeconds(1));
        (await Webhooks.AnyDueAsync(Now, Token)).Should().BeTrue();

        var heir = (await ClaimAsync()).Single();

        (await Webhooks.TryRecordAsync(dead, new AttemptResult(WebhookState.GivenUp, null, 500, "no"), Now, Token)).Should().BeFalse();
        (await Webhooks.TryRecordAsync(heir, new AttemptResult(WebhookState.Delivered, null, 200, null), Now, Token)).Should().BeTrue();
        (await Webhooks.TryRecordAsync(heir, new AttemptResult(WebhookState.Waiting, Now, 500, "no"), Now, Token)).Should().BeFalse();
        (await AllAsync())
            .Single()
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = WebhookState.Delivered,
                    Attempts = 2,
                    EndedAt = Now,
                    LastStatus = 200,
                    Body = "",
                    NextAttemptAt = (DateTimeOffset?)null,
                }
            );
    }

    [Fact]
    public async Task An_operator_can_have_all_but_delivered_ones_tried_again()
    {
        var (waiting, refused, delivered, sending) = (await EndAsync(), await EndAsync(), await EndAsync(), await EndAsync());
        var claimed = (await ClaimAsync()).ToDictionary(delivery => delivery.Id);
        await Webhooks.TryRecordAsync(
            claimed[waiting],
            new AttemptResult(WebhookState.Waiting, Now.AddHours(1), 500, "it answered 500"),
            Now,
            Token
        );
        await Webhooks.TryRecordAsync(
            claimed[refused],
            new AttemptResult(WebhookState.Refused, null, null, new string('x', 5000)),
            Now,
            Token
        );
        await Webhooks.TryRecordAsync(claimed[delivered], new AttemptResult(WebhookState.Delivered, null, 200, null), Now, Token);
        Clock.Advance(TimeSpan.FromSeconds(10));
        (await Webhooks.ListAsync(failedOnly: true, 10, Token)).Select(delivery => delivery.Id).Should().Equal(refused);
        (await Webhooks.ListAsync(failedOnly: false, 2, Token)).Should().HaveCount(2);

        (await Webhooks.TryRetryAsync(waiting, Now, Token)).Should().BeTrue();
        (await Webhooks.TryRetryAsync(refused, Now, Token)).Should().BeTrue();
        (await Webhooks.TryRetryAsync(delivered, Now, Token)).Should().BeFalse();
        (await Webhooks.TryRetryAsync(sending, Now, Token)).Should().BeFalse();
        (await Webhooks.TryRetryAsync("none", Now, Token)).Should().BeFalse();

        (await Webhooks.FindAsync(refused, Token))
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = WebhookState.Waiting,
                    RetriedSince = Now,
                    NextAttemptAt = Now,
                    Attempts = 0,
                    EndedAt = (DateTimeOffset?)null,
                }
            );
        (await ClaimAsync()).Select(delivery => delivery.Id).Should().BeEquivalentTo([waiting, refused]);
    }

    [Fact]
    public async Task Old_ended_tasks_are_removed_in_portions()
    {
        for (var i = 0; i < 3; i++)
            await EndAsync();
        foreach (var delivery in await ClaimAsync())
            await Webhooks.TryRecordAsync(delivery, new AttemptResult(WebhookState.Delivered, null, 204, null), Now, Token);
        var ended = Now;
        var waiting = await EndAsync();

        (await Webhooks.DeleteOldAsync(ended, 2, Token)).Should().Be(0);
        (await Webhooks.DeleteOldAsync(ended.AddMilliseconds(1), 2, Token)).Should().Be(2);
        (await Webhooks.DeleteOldAsync(ended.AddMilliseconds(1), 2, Token)).Should().Be(1);
        (await AllAsync()).Select(delivery => delivery.Id).Should().Equal(waiting);
    }

    [Fact]
    public async Task The_backlog_has_what_waits_and_what_failed()
    {
        var (refused, delivered) = (await EndAsync(), await EndAsync());
        foreach (var claimed in await ClaimAsync())
        {
            var state = claimed.Id == delivered ? WebhookState.Delivered : WebhookState.Refused;
            await Webhooks.TryRecordAsync(claimed, new AttemptResult(state, null, 410, "gone"), Now, Token);
        }

        var waiting = new[] { await EndAsync(), await EndAsync(), await EndAsync() };

        var backlog = await Webhooks.ReadBacklogAsync(limit: 2, most: 1000, Token);

        (backlog.WaitingCount, backlog.FailedCount).Should().Be((3, 1));
        backlog.Waiting.Select(one => one.Id).Should().Equal(waiting[..2]);
        var failed = backlog.Failed.Single();
        (failed.Id, failed.State, failed.LastStatus, failed.LastProblem).Should().Be((refused, WebhookState.Refused, 410, "gone"));
        (await Webhooks.ReadBacklogAsync(limit: 1, most: 2, Token)).WaitingCount.Should().Be(2, "counting stops there");
    }

    [Fact]
    public async Task Of_many_keys_that_are_added_at_once_one_stays()
    {
        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(() => Webhooks.GetOrAddKeyAsync($"key {i}", Token))));

        keys.Distinct().Should().ContainSingle();
        (await Webhooks.GetOrAddKeyAsync("late", Token)).Should().Be(keys[0]);
    }

    private async Task<long> AddAsync(string type = "test:echo", string? uri = "https://hooks.example/done", string? method = "HTTP:POST")
    {
        var task = NewTask(type, webhookUri: uri, webhookMethod: method);
        await Tasks.AddAsync(task, Token);
        return task.Id;
    }

    /// <summary>Ends a task; answers the id of its delivery.</summary>
    private async Task<string> EndAsync(string uri = "https://hooks.example/done")
    {
        var id = await AddAsync(uri: uri);
        Clock.Advance(TimeSpan.FromMilliseconds(1));
        await Tasks.TryCancelAsync(id, "", Now, Token);
        return (await AllAsync()).Single(delivery => delivery.TaskId == id).Id;
    }

    private Task<IReadOnlyList<WebhookDelivery>> AllAsync() => Webhooks.ListAsync(failedOnly: false, limit: 1000, Token);

    private Task<IReadOnlyList<WebhookDelivery>> ClaimAsync(int count = 100, int perTarget = 100, string[]? except = null) =>
        Webhooks.ClaimAsync(count, perTarget, except ?? [], Now, Now.AddMinutes(1), Token);
}

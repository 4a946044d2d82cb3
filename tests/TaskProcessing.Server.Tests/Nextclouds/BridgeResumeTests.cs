using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Scheduling;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>A node goes on with what another one left behind when it died, whatever it was doing.</summary>
public sealed class BridgeResumeTests : IAsyncDisposable
{
    private const string Type = "core:text2text";
    private const string Dead = "dead";

    private StandInNextcloud _cloud = null!;
    private TestServer _bridge = null!;
    private HttpClient _worker = null!;
    private HttpClient _alice = null!;
    private HttpClient _app = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private INextcloudTaskStore Claimed => _bridge.Get<INextcloudTaskStore>();

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_task_that_was_only_claimed_is_scheduled(string store)
    {
        await StartAsync(store);
        var row = await ClaimThereAsync();
        await Claimed.AddAsync([row], Token);

        await GoOnAsync();

        await WorkHereAsync();
        await SucceedsAsync(row);
    }

    [Fact]
    public async Task A_task_that_was_scheduled_without_a_note_of_it_is_not_scheduled_twice()
    {
        await StartAsync();
        var row = await ClaimThereAsync();
        await Claimed.AddAsync([row], Token);
        await Claimed.TrySaveInputAsync(row.Id, Dead, row.Input, Token);
        var local = await ScheduleHereAsync(row);

        await GoOnAsync();

        (await WorkHereAsync()).Should().Be(local);
        await SucceedsAsync(row);
        (await _bridge.Get<ITaskStore>().ListAsync(new(), Token)).Should().ContainSingle();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_result_that_was_on_its_way_arrives_once(bool hadArrived)
    {
        await StartAsync();
        var row = await ClaimThereAsync();
        await Claimed.AddAsync([row], Token);
        await Claimed.TrySaveInputAsync(row.Id, Dead, row.Input, Token);
        await Claimed.TryScheduledAsync(row.Id, Dead, await ScheduleHereAsync(row), Token);
        await WorkHereAsync();
        await Claimed.TryFinishingAsync(row.Id, Dead, failure: null, DateTimeOffset.UtcNow, Token);
        if (hadArrived)
            await _app.FinishAsync(row.RemoteId, new { output = "done" });

        await GoOnAsync();

        await SucceedsAsync(row);
        _cloud.Front.Count("result").Should().Be(hadArrived ? 0 : 1);
    }

    [Fact]
    public async Task A_task_that_ended_here_while_nobody_looked_is_told()
    {
        await StartAsync();
        var row = await ClaimThereAsync();
        await Claimed.AddAsync([row], Token);
        await Claimed.TrySaveInputAsync(row.Id, Dead, row.Input, Token);
        await Claimed.TryScheduledAsync(row.Id, Dead, await ScheduleHereAsync(row), Token);
        await WorkHereAsync();

        await GoOnAsync();

        await SucceedsAsync(row);
    }

    [Fact]
    public async Task A_task_of_a_poll_whose_answer_nobody_stored_is_found()
    {
        await StartAsync();
        await Claimed.TryBeginPollAsync(_cloud.Id, Dead, 1, DateTimeOffset.UtcNow, Token);
        var row = await ClaimThereAsync();

        await GoOnAsync();

        await WorkHereAsync();
        await SucceedsAsync(row);
    }

    [Fact]
    public async Task A_node_that_does_not_answer_any_more_is_followed_by_another_one()
    {
        await StartAsync();
        var row = await ClaimThereAsync();
        await Claimed.AddAsync([row], Token);

        // The dead one does not give the connection up.
        await _cloud.ConnectAsync(_bridge);

        await WorkHereAsync();
        await SucceedsAsync(row);
        (await Claimed.FindHoldAsync(_cloud.Id, Token))!.Holder.Should().NotBe(Dead);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in new[] { _worker, _alice, _app })
            client?.Dispose();
        // A test that is skipped has started none of them, or the first one only.
        if (_bridge is not null)
            await _bridge.DisposeAsync();
        if (_cloud is not null)
            await _cloud.DisposeAsync();
    }

    private async Task StartAsync(string store = nameof(DatabaseProvider.Sqlite))
    {
        _cloud = await StandInNextcloud.StartAsync();
        _bridge = await StandInNextcloud.StartBridgeAsync([], Enum.Parse<DatabaseProvider>(store));
        _worker = await _bridge.WorkerAsync(Type);
        await _cloud.OfferAsync(Type);
        _alice = await _cloud.Server.UserAsync("alice");
        _app = await _cloud.Server.ExAppAsync("taskprocessing");
        await Claimed.TryHoldAsync(_cloud.Id, Dead, seen: null, DateTimeOffset.UtcNow, Token);
    }

    /// <summary>The dead node gives the connection up, so that the test need not wait.</summary>
    private async Task GoOnAsync()
    {
        await Claimed.ReleaseAsync(_cloud.Id, Dead, Token);
        await _cloud.ConnectAsync(_bridge);
    }

    /// <summary>A task that the dead node has claimed, as it would have stored it.</summary>
    private async Task<NextcloudTask> ClaimThereAsync()
    {
        var id = await _alice.ScheduleAsync(Type, new { input = "x" });
        (await _app.NextAsync($"taskprocessing:{Type}", Type)).Should().Be(id);
        return new ProtocolTask
        {
            Id = id,
            Type = Type,
            Status = ProcessingStatus.Running,
            UserId = "alice",
            AppId = "test",
            Input = JsonElement.Parse("""{"input":"x"}"""),
        }.ToRow(_cloud.Id, claim: null, DateTimeOffset.UtcNow);
    }

    private async Task<long> ScheduleHereAsync(NextcloudTask row)
    {
        var outcome = await _bridge
            .Get<ScheduleTask>()
            .RunAsync(
                new ScheduleRequest(LocalOwner.Of(row.NextcloudId, row.RemoteUser), Type, row.AppId, JsonElement.Parse(row.Input))
                {
                    CustomId = row.Key,
                    IdempotencyKey = row.Key,
                },
                Token
            );
        return outcome.Should().BeOfType<ScheduleOutcome.Scheduled>().Which.Task.Id;
    }

    private async Task<long> WorkHereAsync()
    {
        var local = await BridgeTests.ClaimedHereAsync(_worker, Type);
        await _worker.FinishAsync(local, new { output = "done" });
        return local;
    }

    private async Task SucceedsAsync(NextcloudTask row)
    {
        (await _alice.EndedAsync(row.RemoteId)).GetProperty("output").GetProperty("output").GetString().Should().Be("done");
        await BridgeTests.HasEndedAsync(_bridge, row.RemoteId, NextcloudTaskEnd.Told);
        await BridgeTests.IsToldOnceAsync(_cloud, _bridge);
    }
}

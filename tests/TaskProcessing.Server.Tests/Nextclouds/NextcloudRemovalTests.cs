using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Work;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Nextclouds;

/// <summary>A connection that is removed leaves no task running in the Nextcloud, or says that it does.</summary>
public sealed class NextcloudRemovalTests : IAsyncDisposable
{
    private const string Type = "core:text2text";

    private TestDatabase _database = null!;
    private StandInNextcloud _cloud = null!;
    private TestServer _bridge = null!;
    private HttpClient _alice = null!;
    private long _id;
    private NextcloudTask _row = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Without_a_server_the_command_fails_the_tasks_there()
    {
        await StartAsync();
        await _bridge.DisposeAsync();

        (await CommandAsync("cloud")).Out.Should().Contain("1 task(s) that were under way have failed in the Nextcloud");

        await HasFailedThereAsync();
        (await _database.Get<ITaskStore>().FindAsync(_row.TaskId!.Value, Token))!.Status.Should().Be(ProcessingStatus.Cancelled);
        await IsForgottenAsync();
    }

    [Fact]
    public async Task A_result_that_has_arrived_is_not_replaced_by_a_failure()
    {
        await StartAsync();
        await _bridge.DisposeAsync();
        using var app = await _cloud.Server.ExAppAsync(Nextcloud.DefaultAppId);
        await _database.Get<INextcloudTaskStore>().TryHoldAsync("cloud", "dead", await HoldAsync(), DateTimeOffset.UtcNow, Token);
        await _database.Get<INextcloudTaskStore>().TryFinishingAsync(_row.Id, "dead", failure: null, DateTimeOffset.UtcNow, Token);
        await _database.Get<INextcloudTaskStore>().ReleaseAsync("cloud", "dead", Token);
        await app.FinishAsync(_id, new { output = "it had arrived" });

        await CommandAsync("cloud");

        (await _alice.EndedAsync(_id)).GetProperty("output").GetProperty("output").GetString().Should().Be("it had arrived");
        await IsForgottenAsync();
    }

    [Fact]
    public async Task A_Nextcloud_that_is_away_keeps_its_connection_until_force_gives_its_tasks_up()
    {
        await StartAsync();
        await _bridge.DisposeAsync();
        _cloud.Front.IsAway = true;

        var refused = await CommandAsync("cloud");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("could not all be failed in the Nextcloud").And.Contain("--force");
        (await _database.Get<INextcloudStore>().FindAsync("cloud", Token))!.Enabled.Should().BeFalse();
        var forced = await CommandAsync("cloud", "--force");
        forced.Out.Should().Contain("running for ever").And.Contain($"{_id}");
        await IsForgottenAsync();
    }

    [Fact]
    public async Task A_running_server_ends_its_tasks_itself_or_fails_them_by_force()
    {
        await StartAsync();

        var refused = await CommandAsync("cloud");

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("1 task(s) of \"cloud\" are under way in a running server");
        (await CommandAsync("cloud", "--force")).Out.Should().Contain("A running server fails 1 task(s)");
        await HasFailedThereAsync();
        await Eventually.BecomesTrue(() => HoldAsync().GetAwaiter().GetResult() is null, "forgetting the connection");
        await IsForgottenAsync();
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _bridge.DisposeAsync();
        await _cloud.DisposeAsync();
        await _database.DisposeAsync();
    }

    private async Task StartAsync()
    {
        _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        _cloud = await StandInNextcloud.StartAsync();
        _bridge = await StandInNextcloud.StartNodeAsync(_database);
        using var worker = await _bridge.WorkerAsync(Type);
        await _cloud.ConnectAsync(_bridge);
        // What is offered cannot be withdrawn while the Nextcloud is away.
        _bridge.ExpectedLog.Add("Nextcloud cloud");
        _alice = await _cloud.Server.UserAsync("alice");
        await _cloud.Server.OffersAsync(Type);
        _id = await _alice.ScheduleAsync(Type, new { input = "x" });
        _row = await BridgeTests.TakenAsync(_bridge);
    }

    private Task<CommandResult> CommandAsync(params string[] arguments) =>
        new CommandLineDriver(_database.DataDirectory).RunAsync(["nextcloud", "remove", .. arguments]);

    private Task<NextcloudHold?> HoldAsync() => _database.Get<INextcloudTaskStore>().FindHoldAsync("cloud", Token);

    private async Task HasFailedThereAsync()
    {
        (await _alice.EndedAsync(_id)).GetProperty("status").GetString().Should().Be("STATUS_FAILED");
        (await _cloud.Server.Get<ITaskStore>().FindAsync(_id, Token))!.ErrorMessage.Should().Contain("connection").And.Contain("removed");
        _cloud.Front.Count("result").Should().Be(1);
    }

    private async Task IsForgottenAsync()
    {
        (await _database.Get<INextcloudStore>().FindAsync("cloud", Token)).Should().BeNull();
        (await _database.Get<INextcloudTaskStore>().ListUnfinishedAsync("cloud", Token)).Should().BeEmpty();
    }
}

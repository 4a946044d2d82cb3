using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Waiting requests are answered at once when their task is removed, in any way.</summary>
public sealed class RemovedTaskTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_polls_and_heartbeats_end_when_their_tasks_are_cleaned_up()
    {
        // The clock stands still, so the server does not poll.
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        await ClaimAsync(worker);
        await using var one = await EventReader.FollowAsync(alice, $"/task/{id}/events");
        await using var all = await EventReader.FollowAsync(alice, "/tasks/events");
        await one.NextAsync();
        await all.NextAsync();
        var poll = alice.OcsAsync("GET", $"/task/{id}?wait=60");
        var heartbeat = worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat", new { wait = 60 });
        await WaitingAsync(server, 4);

        (await server.Get<RemoveOldTasks>().RunAsync(TimeSpan.FromSeconds(-1), Token)).Should().Be(1);

        (await one.NextAsync()).Kind.Should().Be("deleted");
        await one.EndsAsync();
        (await all.NextAsync()).Should().Match<SeenEvent>(seen => seen.Kind == "deleted" && seen.TaskId == id);
        (await poll).HttpStatus.Should().Be(404);
        (await heartbeat).HttpStatus.Should().Be(404);
    }

    [Fact]
    public async Task A_worker_hears_that_its_user_was_removed_with_the_task()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;
        await ClaimAsync(worker);
        var heartbeat = worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat", new { wait = 60 });
        await WaitingAsync(server, 1);

        (await server.Get<RemoveAccount>().RunAsync("alice", Token)).Should().BeTrue();

        (await heartbeat).HttpStatus.Should().Be(404);
    }

    [Fact]
    public async Task A_server_hears_of_what_commands_remove_on_PostgreSQL_without_looking()
    {
        await using var server = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var worker = await server.WorkerAsync(Type);
        var (ofAlice, ofBob) = ((await alice.ScheduleAsync()).TaskId, (await bob.ScheduleAsync()).TaskId);
        await ClaimAsync(worker);
        await using var stream = await EventReader.FollowAsync(bob, $"/task/{ofBob}/events");
        await stream.NextAsync();
        var heartbeat = worker.OcsAsync("POST", $"/tasks_provider/{ofAlice}/heartbeat", new { wait = 60 });
        await WaitingAsync(server, 2);

        await CommandAsync(server, "user", "remove", "alice");
        (await Eventually.Ends(heartbeat)).HttpStatus.Should().Be(404);
        await CommandAsync(server, "task", "cleanup", "--older-than", "0m");
        (await Eventually.Ends(stream.NextAsync())).Kind.Should().Be("deleted");
    }

    private static async Task ClaimAsync(HttpClient worker) =>
        (await worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}"))
            .HttpStatus.Should()
            .Be(200);

    private static Task<string> CommandAsync(TestServer server, params string[] args) =>
        new CommandLineDriver(server.DataDirectory).SucceedAsync([
            .. args,
            "--Store:Provider=PostgreSql",
            $"--Store:ConnectionString={server.Get<IOptions<StoreOptions>>().Value.ConnectionString}",
        ]);

    private static Task WaitingAsync(TestServer server, int count) =>
        Eventually.BecomesTrue(() => server.Get<TaskSignal>().Waiting == count, $"{count} waiting");
}

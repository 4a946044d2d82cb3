using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// Two servers on one PostgreSQL database: a request that waits at one is answered after a change at the other, without a
/// poll, which would take fifteen seconds. And a command beside a server.
/// </summary>
public sealed class SeveralServersTests
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_worker_that_waits_at_one_server_gets_the_task_that_is_scheduled_at_the_other()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        using var worker = await one.WorkerAsync(Type);
        await using var other = await one.StartPeerAsync(new NoPolls());
        using var alice = await ClientAt(other, one, "alice");
        var next = worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=60");
        await Eventually.BecomesTrue(() => one.Get<TaskSignal>().AwaitedTypes.Contains(Type), "waiting");

        var id = (await Eventually.Ends(alice.ScheduleAsync())).TaskId;

        (await Eventually.Ends(next)).TaskId.Should().Be(id);
    }

    [Fact]
    public async Task Readers_and_workers_at_one_server_hear_of_a_cancel_at_the_other()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        using var worker = await one.WorkerAsync(Type);
        using var alice = await one.UserAsync("alice");
        await using var other = await one.StartPeerAsync(new NoPolls());
        using var aliceElsewhere = await ClientAt(other, one, "alice");
        var id = (await alice.ScheduleAsync()).TaskId;
        await worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");
        await using var stream = await EventReader.FollowAsync(alice, $"/task/{id}/events");
        await using var all = await EventReader.FollowAsync(alice, "/tasks/events");
        await stream.NextAsync();
        await all.NextAsync();
        var heartbeat = worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat", new { wait = 60 });
        await Eventually.BecomesTrue(() => one.Get<TaskSignal>().Waiting == 3, "all waiting");

        await aliceElsewhere.OcsAsync("POST", $"/tasks/{id}/cancel");

        (await Eventually.Ends(stream.NextAsync())).Status.Should().Be("STATUS_CANCELLED");
        (await Eventually.Ends(all.NextAsync())).Status.Should().Be("STATUS_CANCELLED");
        ((string?)(await Eventually.Ends(heartbeat)).Task["status"]).Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_provider_that_registers_at_one_server_is_known_at_the_other_at_once()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        await using var other = await one.StartPeerAsync(new NoPolls());
        using var alice = await ClientAt(other, one, "alice");

        using var worker = await one.WorkerAsync(Type);

        await Eventually.BecomesTrue(
            async () => (await alice.TryScheduleAsync(Type, new { input = "x" })).HttpStatus == 200,
            "knowing the provider"
        );
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_change_without_a_notification_is_found_by_polling(string store)
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), time);
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        var id = (await alice.ScheduleAsync()).TaskId;
        await using var stream = await EventReader.FollowAsync(alice, $"/task/{id}/events");
        await using var all = await EventReader.FollowAsync(alice, "/tasks/events");
        await stream.NextAsync();
        await all.NextAsync();

        // As by a process that dies before it can tell.
        await server.Get<ITaskStore>().TryCancelAsync(id, "test", time.GetUtcNow(), TestContext.Current.CancellationToken);
        await using var passing = new Timer(_ => time.Advance(TimeSpan.FromSeconds(1)), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(5));

        (await stream.NextAsync()).Status.Should().Be("STATUS_CANCELLED");
        (await all.NextAsync()).Status.Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task News_from_before_a_wait_does_not_end_it()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        using var worker = await one.WorkerAsync(Type);
        using var alice = await one.UserAsync("alice");
        await using var other = await one.StartPeerAsync(new NoPolls());
        using var aliceElsewhere = await ClientAt(other, one, "alice");
        var id = (await alice.ScheduleAsync()).TaskId;
        var wait = aliceElsewhere.OcsAsync("GET", $"/task/{id}?wait=60");
        await Eventually.BecomesTrue(() => other.Get<TaskSignal>().IsWatched(id), "waiting");

        // The news that the task was scheduled, which was under way when the wait began.
        other.Get<TaskSignal>().Receive(new TaskNotification.Changed(id, "alice"));
        await Eventually.BecomesTrue(() => other.Get<TaskSignal>().IsWatched(id), "waiting on");
        await alice.OcsAsync("POST", $"/tasks/{id}/cancel");

        ((string?)(await Eventually.Ends(wait)).Task["status"]).Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_lost_line_is_restored_and_what_was_missed_is_caught_up_with()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        using var worker = await one.WorkerAsync(Type);
        using var alice = await one.UserAsync("alice");
        await using var other = await one.StartPeerAsync(new NoPolls());
        using var aliceElsewhere = await ClientAt(other, one, "alice");
        var id = (await alice.ScheduleAsync()).TaskId;
        (await worker.NextAsync($"worker:{Type}", Type)).Should().Be(id);
        await using var stream = await EventReader.FollowAsync(aliceElsewhere, $"/task/{id}/events");
        await stream.NextAsync();
        var wait = aliceElsewhere.OcsAsync("GET", $"/task/{id}?wait=60");
        await Eventually.BecomesTrue(() => other.Get<TaskSignal>().Waiters.OfTasks == 2, "waiting");

        await CutLinesAsync(one);
        await alice.OcsAsync("POST", $"/tasks/{id}/cancel");
        ((string?)(await Eventually.Ends(wait)).Task["status"]).Should().Be("STATUS_CANCELLED");
        (await Eventually.Ends(stream.NextAsync())).Status.Should().Be("STATUS_CANCELLED");
    }

    /// <summary>
    /// A rolling upgrade, as the old version sees it: every table gets a column, an index and a neighbour, while statements are prepared.
    /// </summary>
    [Fact]
    public async Task A_server_goes_on_while_a_newer_one_migrates_but_is_not_started_again()
    {
        await using var server = await TestServer.StartAsync(
            DatabaseProvider.PostgreSql,
            settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" }
        );
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        // The driver prepares a statement the fifth time.
        for (var count = 0; count < 6; count++)
            await WorkAsync();
        await MigrateFurtherAsync(server);
        for (var count = 0; count < 6; count++)
            await WorkAsync();

        (await alice.GetAsync("/health/ready", Token)).StatusCode.Should().Be(System.Net.HttpStatusCode.OK);
        (await server.Awaiting(it => it.StartPeerAsync()).Should().ThrowAsync<StoreUnavailableException>()).WithMessage("*newer version*");

        async Task WorkAsync()
        {
            var id = (await alice.ScheduleAsync()).TaskId;
            var cancelled = (await alice.ScheduleAsync()).TaskId;
            (await alice.OcsAsync("POST", $"/tasks/{cancelled}/cancel")).HttpStatus.Should().Be(200);
            (await worker.NextAsync($"worker:{Type}", Type)).Should().Be(id);
            (await worker.FinishAsync(id, new { output = "done" })).Should().Be("STATUS_SUCCESSFUL");
            await alice.PutFileAsync($"{id}.txt", [1]);
            (await alice.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);
            await server.AddUserAsync($"user-{id}");
        }
    }

    private static async Task MigrateFurtherAsync(TestServer server)
    {
        await using var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token);
        await db.Database.ExecuteSqlRawAsync(
            """
            DO $$ DECLARE name text; BEGIN
                FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> '__EFMigrationsHistory' LOOP
                    EXECUTE format('ALTER TABLE %I ADD COLUMN later integer NOT NULL DEFAULT 0', name);
                    EXECUTE format('CREATE INDEX ON %I (later)', name);
                END LOOP;
            END $$;
            CREATE TABLE later (id bigint PRIMARY KEY);
            INSERT INTO "__EFMigrationsHistory" VALUES ('20990101000000_Later', '10.0.0');
            """,
            Token
        );
    }

    /// <summary>Ends the connections on which servers listen.</summary>
    private static async Task CutLinesAsync(TestServer server)
    {
        await using var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token);
        var ended = await db
            .Database.SqlQueryRaw<bool>(
                """
                SELECT pg_terminate_backend(pid, 10000) AS "Value" FROM pg_stat_activity
                WHERE datname = current_database() AND query LIKE 'LISTEN%'
                """
            )
            .ToListAsync(Token);
        ended.Should().HaveCount(2).And.OnlyContain(isEnded => isEnded);
    }

    private static async Task<HttpClient> ClientAt(TestServer server, TestServer first, string user)
    {
        if (await first.Get<IAccountStore>().FindAsync(user, TestContext.Current.CancellationToken) is null)
            await first.AddUserAsync(user);
        var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64($"{user}:token-of-{user}"));
        return client;
    }
}

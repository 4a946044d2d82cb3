using Microsoft.Extensions.DependencyInjection;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>PgBouncer in transaction mode: with a direct connection string servers work as without it, without one they do not start.</summary>
public sealed class PgBouncerTests
{
    private const string Type = "core:text2text";
    private const string TransactionMode = "pool_mode = transaction";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_servers_behind_it_schedule_claim_and_wake_each_other()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var bouncer = await PgBouncer.StartAsync(database.Options.ConnectionString!, TransactionMode);
        var settings = Settings(bouncer, database);
        await using var one = await TestServer.StartAsync(database, settings, time: new NoPolls());
        await using var two = await TestServer.StartAsync(database, settings, time: new NoPolls());
        using var worker = await one.WorkerAsync(Type);
        await one.AddUserAsync("alice");
        using var alice = two.Guest();
        alice.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("alice:token-of-alice"));
        var ids = new List<long>();
        for (var count = 0; count < 15; count++)
        {
            var next = worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=60");
            await Eventually.BecomesTrue(() => one.Get<TaskSignal>().AwaitedTypes.Contains(Type), "waiting");
            ids.Add((await alice.ScheduleAsync()).TaskId);
            (await Eventually.Ends(next)).TaskId.Should().Be(ids[^1]);
        }

        var results = await Task.WhenAll(
            ids.Select(id => worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { output = new { output = "done" } }))
        );
        results.Should().OnlyContain(reply => reply.HttpStatus == 200);
        (await alice.OcsAsync("GET", $"/task/{ids[0]}")).Task["status"]!.ToString().Should().Be("STATUS_SUCCESSFUL");
    }

    [Fact]
    public async Task Without_a_direct_connection_string_the_reason_is_told()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var bouncer = await PgBouncer.StartAsync(database.Options.ConnectionString!, TransactionMode);

        (await ProblemOfAsync(bouncer.ConnectionString, direct: null))
            .Should()
            .Contain("a pooler that takes no options needs Store:DirectConnectionString beside Store:ConnectionString");
    }

    [Fact]
    public async Task A_pooler_that_drops_the_options_is_found_by_what_it_does_with_connections()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var bouncer = await PgBouncer.StartAsync(
            database.Options.ConnectionString!,
            TransactionMode,
            "ignore_startup_parameters = extra_float_digits,options"
        );
        var through = bouncer.ConnectionString + ";Max Auto Prepare=0;No Reset On Close=true";

        (await ProblemOfAsync(through, direct: null)).Should().Contain("a pooler before it that gives each transaction another connection");
        (await ProblemOfAsync(through, direct: through)).Should().Contain("Store:DirectConnectionString leads to a pooler too");
    }

    [Fact]
    public async Task Prepared_statements_that_it_loses_are_refused_with_the_remedy()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        // As before version 1.21.
        await using var bouncer = await PgBouncer.StartAsync(database.Options.ConnectionString!, TransactionMode);
        Assert.SkipUnless(await PreparesNothingAsync(), "this PgBouncer keeps prepared statements unless it is told not to");

        (await ProblemOfAsync(bouncer.ConnectionString, database.Options.ConnectionString)).Should().Contain("Max Auto Prepare=0");

        static async Task<bool> PreparesNothingAsync()
        {
            var (_, output) = await DebianTools.RunAsync("pgbouncer", "/", [], "--version");
            return Version.Parse(output.Split(' ', '\n')[1]) < new Version(1, 21);
        }
    }

    [Fact]
    public async Task Connection_strings_to_different_databases_are_refused()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var another = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

        (await ProblemOfAsync(database.Options.ConnectionString!, another.Options.ConnectionString))
            .Should()
            .Contain("lead to different databases");
    }

    [Fact]
    public async Task Session_mode_works_without_a_direct_connection_string()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var bouncer = await PgBouncer.StartAsync(
            database.Options.ConnectionString!,
            "pool_mode = session",
            "default_pool_size = 50",
            "ignore_startup_parameters = extra_float_digits,options"
        );

        (await ProblemOfAsync(bouncer.ConnectionString, direct: null)).Should().BeEmpty();
    }

    private static Dictionary<string, string> Settings(PgBouncer bouncer, TestDatabase database) =>
        new()
        {
            ["Store:ConnectionString"] = bouncer.ConnectionString + ";Max Auto Prepare=0",
            ["Store:DirectConnectionString"] = database.Options.ConnectionString!,
            ["RateLimits:Schedule:UserLimit"] = "15",
        };

    private static async Task<string> ProblemOfAsync(string connectionString, string? direct)
    {
        var options = new StoreOptions
        {
            Provider = DatabaseProvider.PostgreSql,
            ConnectionString = connectionString,
            DirectConnectionString = direct,
        };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        try
        {
            await services.GetRequiredService<StoreMigrator>().MigrateAsync(Token);
            return "";
        }
        catch (StoreUnavailableException error)
        {
            return error.Message;
        }
    }
}

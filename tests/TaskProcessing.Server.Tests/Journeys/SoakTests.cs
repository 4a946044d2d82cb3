using Microsoft.EntityFrameworkCore;
using Soak.Scenes;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// What bench/soak.sh does for minutes with a server process, with what can be counted exactly: the same scenes, on a clock that
/// stands still until a year passes at once. Memory, handles and threads need the bench.
/// </summary>
public sealed class SoakTests
{
    /// <summary>In these, time is that of PostgreSQL itself, and does not stand still.</summary>
    private static readonly string[] Otherwise = ["rate_counts", "guess_counts", "held_places", "place_servers"];

    private static readonly TimeSpan LongerThanAnythingIsKept = TimeSpan.FromDays(400);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task Nothing_is_left_of_all_that_a_server_goes_through_when_its_time_has_passed(DatabaseProvider store)
    {
        var time = new ManualTimeProvider();
        await using var receiver = await WebhookReceiver.StartAsync();
        receiver.Answer = (number, context) =>
        {
            context.Response.StatusCode = number % 3 == 0 ? 503 : 200;
            return Task.CompletedTask;
        };
        await using var server = await TestServer.StartAsync(store, time, Settings);
        foreach (var line in new[] { "The lease of task", "was not delivered" })
            server.ExpectedLog.Add(line);
        using var stage = new Stage(await CastAsync(server, new Uri(receiver.Url)));
        await new Worker(stage).RegisterAsync(Token);

        await PlayAsync(stage, times: 1, new Random(1));
        await PassAsync(server, stage, time);
        var before = await CountAsync(server);

        await PlayAsync(stage, times: 2, new Random(2));
        await PassAsync(server, stage, time);

        stage.Tally.Surprises.Should().BeEmpty();
        stage.Tally.Cut.Should().Be(0);
        (await CountAsync(server)).Should().Equal(before);
        Contents(server).Should().BeEmpty();
        await Eventually.BecomesTrue(
            () => server.Get<HeldConnections>().Count == 0 && server.Get<TaskSignal>().Waiting == 0,
            "the end of all waits"
        );
    }

    private static Dictionary<string, string> Settings =>
        WebhookReceiver.Settings(
            "127.0.0.1",
            // Else the first webhook makes a key, which stays.
            ("Webhooks:Secret", "whsec_" + Convert.ToBase64String(new byte[24])),
            ("BruteForce:Enabled", "true"),
            ("RateLimits:Schedule:UserLimit", "100000"),
            ("RateLimits:Schedule:GuestLimit", "100000"),
            ("Leases:RetrySeconds", "0")
        );

    private static async Task<Cast> CastAsync(TestServer server, Uri receiver)
    {
        foreach (var app in new[] { Cast.App, Cast.OtherApp })
            await server.AddExAppAsync(app);
        return new Cast
        {
            Address = server.Address,
            Users = [await AddAsync("alice"), await AddAsync("bob")],
            Admin = await AddAsync("operator", isAdmin: true),
            Receivers = [receiver],
        };

        async Task<Person> AddAsync(string name, bool isAdmin = false) =>
            new(name, SessionDriver.Password, await server.AddUserAsync(name, isAdmin, SessionDriver.Password));
    }

    /// <summary>All scenes so many times, with a worker.</summary>
    private static async Task PlayAsync(Stage stage, int times, Random random)
    {
        using var working = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var worker = new Worker(stage).RunAsync(new Random(random.Next()), working.Token);
        await new Load(stage).PlayAllAsync(times, atATime: 6, random);
        await working.CancelAsync();
        await worker;
    }

    /// <summary>Has people tidy up, and lets time pass until all that was begun has ended and is no longer kept.</summary>
    private static async Task PassAsync(TestServer server, Stage stage, ManualTimeProvider time)
    {
        // Locks of a second end.
        time.Advance(TimeSpan.FromSeconds(2));
        await stage.TidyAsync(Token);
        var left = new Dictionary<string, long>();
        for (var year = 0; year < 20; year++)
        {
            time.SetForward(LongerThanAnythingIsKept);
            time.Advance(TimeSpan.FromMinutes(1));
            foreach (var job in server.Get<IEnumerable<IMaintenanceJob>>())
                await RunAsync(job, time);
            left = (await CountAsync(server)).Where(table => PassingTables.Names.Contains(table.Key) && table.Value > 0).ToDictionary();
            if (left.Count == 0)
                return;

            // Webhooks are on their way.
            await Task.Delay(50, Token);
        }

        left.Should().BeEmpty();
    }

    /// <summary>Jobs pause between portions.</summary>
    private static async Task RunAsync(IMaintenanceJob job, ManualTimeProvider time)
    {
        var run = job.RunAsync(Token);
        while (await Task.WhenAny(run, Task.Delay(20, Token)) != run)
            time.Advance(TimeSpan.FromSeconds(1));
        await run;
    }

    /// <summary>The rows of every table there is.</summary>
    private static async Task<Dictionary<string, long>> CountAsync(TestServer server)
    {
        await using var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token);
        var rows = new Dictionary<string, long>();
        foreach (var table in db.Model.GetEntityTypes().Select(entity => entity.GetTableName()!).Except(Otherwise))
        {
            var count = $"SELECT COUNT(*) AS \"Value\" FROM {table}";
            rows[table] = (await db.Database.SqlQueryRaw<long>(count).ToListAsync(Token))[0];
        }

        return rows;
    }

    private static string[] Contents(TestServer server) =>
        Directory.Exists(Path.Combine(server.DataDirectory, "files"))
            ? Directory.GetFiles(Path.Combine(server.DataDirectory, "files"), "*", SearchOption.AllDirectories)
            : [];
}

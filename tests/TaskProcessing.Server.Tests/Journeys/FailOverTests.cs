using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// Two servers on a PostgreSQL primary with a synchronous standby. All is in one test, because a pair of clusters takes seconds to make.
/// </summary>
public sealed class FailOverTests(ITestOutputHelper output)
{
    private const string Type = "core:text2text";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_the_primary_is_killed_and_the_standby_promoted_nothing_that_was_acknowledged_is_lost_or_done_twice()
    {
        await using var primary = await OwnPostgreSql.StartAsync("synchronous_standby_names = '*'");
        await using var standby = await primary.StartStandbyAsync("synchronous_standby_names = ''");
        // The standby first: the servers have to choose.
        var hosts = $"Host={standby.Host},{primary.Host};Username=postgres;Database=";
        await using var one = await StartAsync(hosts + "postgres");
        await using var two = await StartAsync(hosts + "postgres");
        await one.AddUserAsync("alice");
        using var registrar = await one.WorkerAsync(Type);
        await NothingIsConfirmedWithoutTheStandbyAsync(standby, $"{hosts}postgres;Command Timeout=4;Cancellation Timeout=20000");
        var load = new Load([one, two]);
        await load.ReachesAsync(tasks: 60);

        await primary.KillAsync();
        var killed = Stopwatch.GetTimestamp();
        await Eventually.BecomesTrue(() => load.Refused >= 20, "refusing");
        (await ReadyAsync(one)).Should().Be(HttpStatusCode.ServiceUnavailable);
        await standby.PromoteAsync();
        var promoted = Stopwatch.GetTimestamp();
        await load.ReachesAsync(load.Tasks + 60);
        await load.WritesAsync([one, two], promoted);

        foreach (var server in new[] { one, two })
        {
            var back = load.FirstAfter(server, promoted);
            output.WriteLine(
                $"{server.Address}: {Stopwatch.GetElapsedTime(promoted, back)} after the promotion, "
                    + $"{Stopwatch.GetElapsedTime(killed, back)} after the kill"
            );
            (await ReadyAsync(server)).Should().Be(HttpStatusCode.OK);
        }

        await load.EndAsync();
        output.WriteLine($"{load}");
        await load.CompareAsync(one);
        load.WithoutRetryAfter.Should().Be(0);
        await WakesAsync(one, two);
        await CommandsFindThePrimaryAsync(hosts);
        foreach (var server in new[] { one, two })
            server.Log.Where(line => line.Contains("cannot be used")).Should().ContainSingle();
    }

    /// <summary>PostgreSQL answers that a change is done whose wait for the standby was broken off.</summary>
    private static async Task NothingIsConfirmedWithoutTheStandbyAsync(OwnPostgreSql standby, string connectionString)
    {
        var options = new StoreOptions { Provider = DatabaseProvider.PostgreSql, ConnectionString = connectionString };
        await using var services = TestDatabase.AddStores(new ServiceCollection().AddLogging(), options, "").BuildServiceProvider();
        var probe = services.GetRequiredService<IStoreProbe>();
        var database = services.GetRequiredService<Database>();
        Func<Task>[] writes =
        [
            () => probe.WriteAsync(Token),
            () => database.ChangeTasksAsync(new Statement(Insert()), [], _ => null!, row: null, Token),
            () => database.TransactAsync(db => db.Database.ExecuteSqlRawAsync(Insert(), Token), Token),
        ];
        // Connections that are there; a new one would ask the standby first.
        await Task.WhenAll(writes.Select(write => write()));

        await standby.SignalAsync("STOP");
        await Task.WhenAll(
            writes.Select(async write =>
                (await write.Should().ThrowAsync<StoreUnavailableException>()).WithMessage("*standby does not confirm*")
            )
        );
        await standby.SignalAsync("CONT");

        static string Insert() => $"INSERT INTO duties VALUES ('{Guid.NewGuid()}', 0)";
    }

    /// <summary>A worker that waits at one server hears of a task at the other: both listen at the new primary.</summary>
    private static async Task WakesAsync(TestServer one, TestServer two)
    {
        using var worker = Load.WorkerOf(one);
        using var alice = Load.AliceOf(two);
        while ((await worker.OcsAsync("GET", Load.Next)).HttpStatus == 200)
        {
            // Tasks that the load left.
        }

        var next = worker.OcsAsync("GET", Load.Next + "&wait=60");
        var id = (await alice.ScheduleAsync()).TaskId;
        (await Eventually.Ends(next)).TaskId.Should().Be(id);
    }

    /// <summary>Commands with the servers' connection string, of which one host is dead and the other was a standby.</summary>
    private static async Task CommandsFindThePrimaryAsync(string hosts)
    {
        await using var source = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using (var connection = new NpgsqlConnection(hosts + "postgres;Target Session Attributes=primary;Pooling=false"))
        {
            await connection.OpenAsync(Token);
            await using var command = new NpgsqlCommand("CREATE DATABASE copied TEMPLATE template0", connection);
            await command.ExecuteNonQueryAsync(Token);
        }

        var commands = new CommandLineDriver(source.DataDirectory);
        (await commands.SucceedAsync("store", "copy", $"--to={hosts}copied")).Should().Contain("each was compared");
        var doctor = await commands.RunAsync("doctor", "--Store:Provider=PostgreSql", $"--Store:ConnectionString={hosts}copied");
        doctor
            .Out.Should()
            .MatchRegex("ok +store +the PostgreSQL database copied on 127.0.0.1:\\d+, 127.0.0.1:\\d+ can be read and written");
    }

    private static async Task<TestServer> StartAsync(string connectionString)
    {
        var server = await TestServer.StartAsync(
            time: new NoPolls(),
            settings: new Dictionary<string, string>
            {
                ["Store:Provider"] = nameof(DatabaseProvider.PostgreSql),
                ["Store:ConnectionString"] = connectionString,
                ["RateLimits:Enabled"] = "false",
            }
        );
        server.ExpectedLog.Add("cannot be used");
        return server;
    }

    private static async Task<HttpStatusCode> ReadyAsync(TestServer server)
    {
        using var guest = server.Guest();
        return (await guest.GetAsync("/health/ready", Token)).StatusCode;
    }

    /// <summary>Clients and workers at several servers, and everything that was acknowledged to them.</summary>
    private sealed class Load
    {
        public const string Next = $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}";

        private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

        private readonly ConcurrentDictionary<string, long> _scheduled = [];
        private readonly ConcurrentBag<(long Task, long Claim)> _claims = [];
        private readonly ConcurrentDictionary<long, string> _results = [];
        private readonly ConcurrentBag<long> _cancelled = [];
        private readonly ConcurrentBag<(Uri Server, long At)> _writes = [];
        private readonly List<Task> _loops;
        private int _refused;
        private int _withoutRetryAfter;
        private volatile bool _isOver;

        public Load(IReadOnlyList<TestServer> servers) =>
            _loops = [
                .. Enumerable.Range(0, 4).Select(number => Task.Run(() => ScheduleAsync(number, AliceOf(servers[number % servers.Count])))),
                .. Enumerable.Range(0, 4).Select(number => Task.Run(() => WorkAsync(WorkerOf(servers[number % servers.Count])))),
            ];

        public int Tasks => _scheduled.Count;

        /// <summary>The requests that were answered 503.</summary>
        public int Refused => _refused;

        public int WithoutRetryAfter => _withoutRetryAfter;

        public static HttpClient AliceOf(TestServer server)
        {
            var client = server.Guest();
            client.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("alice:token-of-alice"));
            return client;
        }

        public static HttpClient WorkerOf(TestServer server)
        {
            var client = server.Guest();
            client.DefaultRequestHeaders.Add("EX-APP-ID", "worker");
            client.DefaultRequestHeaders.Add("EX-APP-VERSION", "1.0.0");
            client.DefaultRequestHeaders.Add("AUTHORIZATION-APP-API", TestServer.Base64(":secret"));
            return client;
        }

        public Task ReachesAsync(int tasks) => Eventually.BecomesTrue(() => Tasks >= tasks || _loops.Any(loop => loop.IsFaulted), "work");

        /// <summary>Waits until each of the servers has acknowledged a write after that.</summary>
        public Task WritesAsync(IReadOnlyList<TestServer> servers, long time) =>
            Eventually.BecomesTrue(() => servers.All(server => WritesAfter(server, time).Any()), "a write at each server");

        /// <summary>When the server acknowledged a write for the first time after that.</summary>
        public long FirstAfter(TestServer server, long time) => WritesAfter(server, time).Min();

        private IEnumerable<long> WritesAfter(TestServer server, long time) =>
            _writes.Where(write => write.Server == server.Address && write.At > time).Select(write => write.At);

        public async Task EndAsync()
        {
            _isOver = true;
            await Task.WhenAll(_loops);
        }

        /// <summary>Compares what was acknowledged with what is stored.</summary>
        public async Task CompareAsync(TestServer server)
        {
            await using var db = await server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token);
            var stored = await db.Tasks.ToDictionaryAsync(task => task.Id, Token);
            stored.Should().HaveCount(_scheduled.Count, "each key has one task").And.ContainKeys(_scheduled.Values);
            _claims.Should().OnlyHaveUniqueItems(claim => claim.Task, "no lease has ended");
            foreach (var (task, claim) in _claims)
                stored[task].Claim.Should().Be(claim);
            foreach (var (task, result) in _results)
            {
                stored[task].Status.Should().Be(ProcessingStatus.Successful);
                stored[task].Output.Should().Contain(result);
            }

            foreach (var task in _cancelled)
                stored[task].Status.Should().Be(ProcessingStatus.Cancelled);
            stored.Values.Count(task => task.Status == ProcessingStatus.Running).Should().BeLessThan(10, "only claims without an answer");
        }

        public override string ToString() =>
            $"{_scheduled.Count} tasks, {_claims.Count} claims, {_results.Count} results, {_cancelled.Count} cancels, {_refused} times 503";

        private async Task ScheduleAsync(int number, HttpClient alice)
        {
            using var client = alice;
            for (var count = 0; !_isOver; count++)
            {
                var key = $"{number}-{count}";
                var body = new
                {
                    input = new { input = key },
                    type = Type,
                    appId = "test",
                };
                var reply = await UntilAnsweredAsync(client, "/schedule", key, body);
                reply.HttpStatus.Should().Be(200, reply.Message);
                _scheduled[key] = reply.TaskId;
                if (count % 3 != 0)
                    continue;

                var cancel = await UntilAnsweredAsync(client, $"/tasks/{reply.TaskId}/cancel", key: null, body: null);
                if ((string)cancel.Task["status"]! == "STATUS_CANCELLED")
                    _cancelled.Add(reply.TaskId);
            }
        }

        private async Task WorkAsync(HttpClient worker)
        {
            using var client = worker;
            while (!_isOver)
            {
                var next = await TryAsync(client, HttpMethod.Get, Next, key: null, body: null);
                if (next is not { HttpStatus: 200 })
                {
                    await Task.Delay(Pause, Token);
                    continue;
                }

                _claims.Add((next.TaskId, next.Claim));
                var result = $"result of claim {next.Claim} of {next.TaskId}";
                var body = new { output = new { output = result } };
                var reply = await UntilAnsweredAsync(client, $"/tasks_provider/{next.TaskId}/result", key: null, body);
                if (reply.HttpStatus == 200 && (string)reply.Task["status"]! == "STATUS_SUCCESSFUL")
                    _results[next.TaskId] = result;
            }
        }

        private async Task<OcsReply> UntilAnsweredAsync(HttpClient client, string route, string? key, object? body)
        {
            while (true)
            {
                if (await TryAsync(client, HttpMethod.Post, route, key, body) is { } reply)
                    return reply;
                await Task.Delay(Pause, Token);
            }
        }

        /// <returns>Null when the server asks to come again later.</returns>
        private async Task<OcsReply?> TryAsync(HttpClient client, HttpMethod method, string route, string? key, object? body)
        {
            using var request = new HttpRequestMessage(method, OcsDriver.Root + route);
            request.Content = body is null ? null : JsonContent.Create(body);
            if (key is not null)
                request.Headers.Add("Idempotency-Key", key);
            using var answer = await client.SendAsync(request, Token);
            if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
            {
                Interlocked.Increment(ref _refused);
                if (answer.Headers.RetryAfter is null)
                    Interlocked.Increment(ref _withoutRetryAfter);
                return null;
            }

            ((int)answer.StatusCode).Should().BeLessThan(500);
            if (answer.StatusCode == HttpStatusCode.OK)
                _writes.Add((client.BaseAddress!, Stopwatch.GetTimestamp()));
            return await OcsDriver.ReadAsync(answer);
        }
    }
}

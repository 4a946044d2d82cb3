using System.Net;
using System.Net.Http.Json;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Limits of a caller hold over all servers on one PostgreSQL database.</summary>
public sealed class SharedLimitTests
{
    private const string Schedule = "/ocs/v2.php/taskprocessing/schedule";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_may_schedule_20_times_at_three_servers_together()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql);
        await using var two = await one.StartPeerAsync();
        await using var three = await one.StartPeerAsync();
        await one.AddUserAsync("alice");
        TestServer[] servers = [one, two, three];

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(async call =>
                {
                    using var alice = servers[call % 3].Guest();
                    alice.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("alice:token-of-alice"));
                    using var answer = await alice.PostAsJsonAsync(Schedule, new { }, Token);
                    return (answer.StatusCode, Wait: answer.Headers.RetryAfter?.Delta);
                })
        );

        answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest).Should().Be(20);
        answers
            .Where(answer => answer.StatusCode == HttpStatusCode.TooManyRequests)
            .Should()
            .HaveCount(40)
            .And.OnlyContain(answer => answer.Wait > TimeSpan.Zero && answer.Wait <= TimeSpan.FromSeconds(120));
    }

    [Fact]
    public async Task A_guests_five_calls_are_those_at_both_servers_together()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql);
        await using var two = await one.StartPeerAsync();
        using var here = one.Guest();
        using var there = two.Guest();

        var statuses = new List<HttpStatusCode>();
        for (var call = 0; call < 7; call++)
            statuses.Add((await (call % 2 == 0 ? here : there).PostAsJsonAsync(Schedule, new { }, Token)).StatusCode);

        statuses
            .Should()
            .Equal([.. Enumerable.Repeat(HttpStatusCode.BadRequest, 5), .. Enumerable.Repeat(HttpStatusCode.TooManyRequests, 2)]);
    }

    [Fact]
    public async Task Wrong_logins_at_both_servers_count_together_and_a_lifted_block_is_lifted_at_both()
    {
        var settings = new Dictionary<string, string> { ["BruteForce:Enabled"] = "true", ["BruteForce:MaxAttempts"] = "4" };
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls(), settings);
        await using var two = await one.StartPeerAsync(new NoPolls(), settings);
        await one.AddUserAsync("alice", password: "alice's password");
        TestServer[] servers = [one, two];

        var statuses = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(guess => LogInAsync(servers[guess % 2], "alice", $"guess {guess}"))
        );

        statuses.Count(status => status == HttpStatusCode.Unauthorized).Should().Be(4);
        statuses.Count(status => status == HttpStatusCode.TooManyRequests).Should().Be(12);
        foreach (var server in servers)
            (await LogInAsync(server, "alice", "alice's password")).Should().Be(HttpStatusCode.TooManyRequests);

        var lifted = await LiftedAsync(one);
        lifted.Should().OnlyContain(block => block.Name == "alice");
        foreach (var server in servers)
        {
            // Nothing but the news drops what a server believes for a moment.
            HttpStatusCode status;
            var clock = System.Diagnostics.Stopwatch.StartNew();
            while ((status = await LogInAsync(server, "alice", "alice's password")) != HttpStatusCode.OK)
                clock.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(45), $"it still answers {status}");
        }
    }

    [Fact]
    public async Task All_workers_of_an_app_may_come_to_a_server_at_once_as_after_its_restart()
    {
        const string type = "core:text2text";
        var settings = new Dictionary<string, string> { ["BruteForce:Enabled"] = "true", ["BruteForce:MaxAttempts"] = "4" };
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, settings: settings);
        using var known = await one.WorkerAsync(type);
        await using var restarted = await one.StartPeerAsync(settings: settings);

        var statuses = await Task.WhenAll(
            Enumerable
                .Range(0, 32)
                .Select(async _ =>
                {
                    using var worker = await restarted.ExAppAsync("worker");
                    using var answer = await worker.GetAsync(
                        $"{OcsDriver.Root}/tasks_provider/next?providerIds[]=worker:{type}&taskTypeIds[]={type}",
                        Token
                    );
                    return answer.StatusCode;
                })
        );

        statuses.Should().OnlyContain(status => status == HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_users_places_for_waiting_are_those_at_both_servers_together()
    {
        var settings = new Dictionary<string, string> { ["Waiting:MaxPerUser"] = "3" };
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls(), settings);
        await using var two = await one.StartPeerAsync(new NoPolls(), settings);
        using var here = await one.UserAsync("alice");
        using var there = two.Guest();
        there.DefaultRequestHeaders.Authorization = here.DefaultRequestHeaders.Authorization;

        await using var first = await EventReader.FollowAsync(here, "/tasks/events");
        await using var second = await EventReader.FollowAsync(there, "/tasks/events");
        await using var third = await EventReader.FollowAsync(here, "/tasks/events");

        foreach (var client in new[] { here, there })
            (await client.OcsAsync("GET", "/tasks/events")).HttpStatus.Should().Be(429);
    }

    /// <summary>The servers write blocks down within a second.</summary>
    private static async Task<IReadOnlyList<LoginBlock>> LiftedAsync(TestServer server)
    {
        IReadOnlyList<LoginBlock> lifted = [];
        while (lifted.Count == 0)
            lifted = await server.Get<LiftBlocks>().RunAsync(place: null, name: null, Token);
        return lifted;
    }

    private static async Task<HttpStatusCode> LogInAsync(TestServer server, string user, string password)
    {
        using var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64($"{user}:{password}"));
        using var answer = await client.GetAsync("/ocs/v2.php/taskprocessing/tasks", Token);
        return answer.StatusCode;
    }
}

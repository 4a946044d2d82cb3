using System.Net;
using System.Net.Http.Json;
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
}

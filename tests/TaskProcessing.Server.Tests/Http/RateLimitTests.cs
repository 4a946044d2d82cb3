using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

public sealed class RateLimitTests
{
    private const string Schedule = "/ocs/v2.php/taskprocessing/schedule";

    [Fact]
    public async Task A_user_may_schedule_20_times_in_120_seconds_over_both_versions_failures_included()
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(time: time);
        using var alice = await server.UserAsync("alice");
        for (var call = 0; call < 20; call++)
        {
            var isSecondVersion = call % 2 == 0;
            var failure = await alice.PostAsJsonAsync(isSecondVersion ? Schedule : Schedule.Replace("v2", "v1"), new { });
            failure
                .StatusCode.Should()
                .Be(isSecondVersion ? HttpStatusCode.BadRequest : HttpStatusCode.OK, "version 1 says 400 inside of its answer");
        }

        time.Advance(TimeSpan.FromSeconds(100.5));
        var refused = await alice.PostAsJsonAsync(Schedule, new { });
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(20));
        var ocs = (await refused.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("ocs");
        ocs.GetProperty("meta").GetProperty("statuscode").GetInt32().Should().Be(429);
        ocs.GetProperty("data").GetProperty("message").GetString().Should().Contain("20 seconds");

        (await alice.GetAsync("/ocs/v2.php/taskprocessing/tasks")).StatusCode.Should().Be(HttpStatusCode.OK, "reads are never limited");
        using var bob = await server.UserAsync("bob");
        (await bob.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest, "bob has a counter of his own");
        time.Advance(TimeSpan.FromSeconds(19.5));
        (await alice.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Guests_have_five_calls_and_the_manuals_fetch_has_a_counter_of_its_own()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var guest = server.Guest();
        for (var call = 0; call < 5; call++)
        {
            (await guest.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
            (await guest.PostAsync("/ocs/v2.php/taskprocessing/task/7", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }

        (await guest.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await guest.PostAsync("/ocs/v1.php/taskprocessing/task/7", null)).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await guest.GetAsync("/ocs/v2.php/taskprocessing/task/7")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_user_who_may_schedule_no_more_for_a_while_may_still_fetch()
    {
        await using var server = await TestServer.StartAsync(
            time: new ManualTimeProvider(),
            settings: new Dictionary<string, string> { ["RateLimits:Schedule:UserLimit"] = "1", ["RateLimits:Fetch:UserLimit"] = "1" }
        );
        using var alice = await server.UserAsync("alice");

        (await alice.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await alice.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await alice.PostAsync("/ocs/v2.php/taskprocessing/task/7", null)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await alice.PostAsync("/ocs/v2.php/taskprocessing/task/7", null)).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task An_app_is_limited_only_where_it_acts_for_a_user()
    {
        await using var server = await TestServer.StartAsync(
            time: new ManualTimeProvider(),
            settings: new Dictionary<string, string> { ["RateLimits:Schedule:UserLimit"] = "1" }
        );
        await server.AddUserAsync("alice");
        using var forAlice = await server.ExAppAsync("worker", "alice");
        using var forNobody = await server.ExAppAsync("worker");

        (await forAlice.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await forAlice.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        for (var call = 0; call < 3; call++)
        {
            (await forAlice.PostAsJsonAsync("/ocs/v2.php/taskprocessing/tasks_consumer/schedule", new { }))
                .StatusCode.Should()
                .Be(HttpStatusCode.BadRequest);
            (await forNobody.PostAsJsonAsync("/ocs/v2.php/taskprocessing/tasks_consumer/schedule", new { }))
                .StatusCode.Should()
                .Be(HttpStatusCode.BadRequest);
        }
    }

    [Theory]
    [InlineData("RateLimits:Enabled")]
    [InlineData("RateLimits:Schedule:Enabled")]
    public async Task Limits_can_be_switched_off(string key)
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { [key] = "false", ["RateLimits:Schedule:GuestLimit"] = "1" }
        );
        using var guest = server.Guest();
        for (var call = 0; call < 3; call++)
            (await guest.PostAsJsonAsync(Schedule, new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }
}

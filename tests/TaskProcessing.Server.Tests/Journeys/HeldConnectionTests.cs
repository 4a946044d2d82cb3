using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>The limits of event streams and long polls of one caller.</summary>
public sealed class HeldConnectionTests : IAsyncLifetime
{
    private const string Type = "core:text2text";
    private const string Next = $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}";

    private TestServer _server = null!;
    private HttpClient _alice = null!;
    private HttpClient _worker = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string>
        {
            ["Waiting:MaxPerUser"] = "2",
            ["Waiting:MaxPerGuest"] = "1",
            ["Waiting:MaxPerApp"] = "1",
        };
        _server = await TestServer.StartAsync(time: new ManualTimeProvider(), settings: settings);
        _alice = await _server.UserAsync("alice");
        _worker = await _server.WorkerAsync(Type);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _worker.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Streams_and_polls_of_a_user_count_together_and_each_frees_its_place_when_it_ends()
    {
        using var bob = await _server.UserAsync("bob");
        var id = (await _alice.ScheduleAsync()).TaskId;
        var all = await EventReader.FollowAsync(_alice, "/tasks/events");
        var poll = _alice.OcsAsync("GET", $"/task/{id}?wait=60");
        await OpenAsync(2);

        var refused = await _alice.OcsAsync("GET", $"/task/{id}/events");
        refused
            .Should()
            .Match<OcsReply>(reply =>
                reply.HttpStatus == 429 && reply.Message!.StartsWith("A user may have 2 event streams and waiting requests open")
            );
        using (var again = await _alice.GetAsync($"{OcsDriver.Root}/task/{id}?wait=60", TestContext.Current.CancellationToken))
            again.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromSeconds(5));
        (await _alice.OcsAsync("GET", $"/task/{id}")).HttpStatus.Should().Be(200, "who does not wait needs no place");
        await using (await EventReader.FollowAsync(bob, "/tasks/events"))
            await OpenAsync(3);

        await OpenAsync(2);
        await _alice.OcsAsync("POST", $"/tasks/{id}/cancel");
        (await poll).HttpStatus.Should().Be(200);
        await OpenAsync(1);
        await all.DisposeAsync();
        await OpenAsync(0);
        await using var one = await EventReader.FollowAsync(_alice, "/tasks/events");
        await using var two = await EventReader.FollowAsync(_alice, "/tasks/events");
        await OpenAsync(2);
    }

    [Fact]
    public async Task Guests_have_places_of_their_own()
    {
        using var guest = _server.Guest();
        var id = (await guest.ScheduleAsync()).TaskId;
        await using var stream = await EventReader.FollowAsync(guest, $"/task/{id}/events");
        await stream.NextAsync();

        (await guest.OcsAsync("GET", $"/task/{id}?wait=60"))
            .Should()
            .Match<OcsReply>(reply => reply.HttpStatus == 429 && reply.Message!.StartsWith("A guest's network may have 1 "));
        (await guest.OcsAsync("GET", "/task/4711/events")).HttpStatus.Should().Be(429, "whether there is such a task or not");
    }

    [Fact]
    public async Task An_app_that_waits_too_often_can_still_ask_and_still_renew_its_leases()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        (await _worker.OcsAsync("GET", Next)).TaskId.Should().Be(id);
        var waiting = _worker.OcsAsync("GET", $"{Next}&wait=60");
        await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().AwaitedTypes.Count == 1, "waiting");

        (await _worker.OcsAsync("GET", $"{Next}&wait=60"))
            .Should()
            .Match<OcsReply>(reply => reply.HttpStatus == 429 && reply.Message!.StartsWith("A provider app may have 1 "));
        (await _worker.OcsAsync("GET", Next)).HttpStatus.Should().Be(204);
        var renewed = await _worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat", new { wait = 60 });
        ((string?)renewed.Task["status"]).Should().Be("STATUS_RUNNING", "it is answered at once, rather than having the lease run out");

        await _alice.ScheduleAsync();
        (await waiting).HttpStatus.Should().Be(200);
        await OpenAsync(0);
    }

    private Task OpenAsync(int count) => Eventually.BecomesTrue(() => _server.Get<HeldConnections>().Count == count, $"{count} being open");
}

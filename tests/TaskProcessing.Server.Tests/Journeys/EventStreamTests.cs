using System.Net;
using TaskProcessing.Sdk.Client;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Clients that follow one task, or all of theirs, as Server-Sent Events.</summary>
public sealed class EventStreamTests : IAsyncLifetime
{
    private const string Type = "core:text2text";

    private readonly ManualTimeProvider _time = new();
    private TestServer _server = null!;
    private HttpClient _alice = null!;
    private HttpClient _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(time: _time);
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
    public async Task A_stream_tells_what_happens_to_a_task_and_ends_with_it()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await using var stream = await EventReader.FollowAsync(_alice, $"/task/{id}/events");

        (await stream.NextAsync()).Status.Should().Be("STATUS_SCHEDULED");
        await ClaimAsync();
        (await stream.NextAsync()).Status.Should().Be("STATUS_RUNNING");
        await _worker.OcsAsync("POST", $"/tasks_provider/{id}/progress", new { progress = 0.5 });
        var progress = await stream.NextAsync();
        progress.Data.GetRawText().Should().Be($$"""{"id":{{id}},"progress":0.5}""");
        progress.Kind.Should().Be("progress");
        (await StreamAsync(id, "Hel\nlo", stream))
            .Data.GetRawText()
            .Should()
            .Be($$$"""{"id":{{{id}}},"mode":"replace","output":{"output":"Hel\nlo"}}""");
        (await StreamAsync(id, "Hel\nlo \"world\"", stream))
            .Data.GetRawText()
            .Should()
            .Be($$$"""{"id":{{{id}}},"mode":"append","output":{"output":" \u0022world\u0022"}}""");
        (await StreamAsync(id, "Bye", stream))
            .Data.GetRawText()
            .Should()
            .Be($$$"""{"id":{{{id}}},"mode":"replace","output":{"output":"Bye"}}""");
        await FinishAsync(id, "Bye all");
        var end = await stream.NextAsync();

        end.Status.Should().Be("STATUS_SUCCESSFUL");
        end.Task.GetProperty("output").GetProperty("output").GetString().Should().Be("Bye all");
        await stream.EndsAsync();
    }

    [Fact]
    public async Task A_reader_that_resumes_gets_the_missed_events_and_none_twice()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await ClaimAsync();
        var first = await EventReader.FollowAsync(_alice, $"/task/{id}/events");
        var running = await first.NextAsync();
        await _worker.OcsAsync("POST", $"/tasks_provider/{id}/progress", new { progress = 0.5 });
        var half = await first.NextAsync();
        await StreamAsync(id, "a", first);
        await first.DisposeAsync();

        await using var second = await EventReader.FollowAsync(_alice, $"/task/{id}/events", half.Id);
        var output = await second.NextAsync();
        output.Data.GetProperty("output").GetProperty("output").GetString().Should().Be("a", "the progress is known already");
        await using var third = await EventReader.FollowAsync(_alice, $"/task/{id}/events", running.Id);
        (await third.NextAsync()).Kind.Should().Be("progress");
        (await third.NextAsync()).Kind.Should().Be("output");
        await FinishAsync(id, "ab");
        await using var fourth = await EventReader.FollowAsync(_alice, $"/task/{id}/events", output.Id);
        var end = await fourth.NextAsync();
        end.Status.Should().Be("STATUS_SUCCESSFUL");
        await fourth.EndsAsync();

        using var answer = await EventReader.OpenAsync(_alice, $"/task/{id}/events", end.Id);
        answer
            .StatusCode.Should()
            .Be(HttpStatusCode.NoContent, "an EventSource comes back for ever, unless it is told that there is nothing more");
        await using var confused = await EventReader.FollowAsync(_alice, $"/task/{id}/events", "7_x_");
        (await confused.NextAsync()).Status.Should().Be("STATUS_SUCCESSFUL", "an unknown position is the beginning");
    }

    [Fact]
    public async Task A_reader_that_missed_all_events_gets_the_end()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await ClaimAsync();
        await FinishAsync(id, "done");

        await using var stream = await EventReader.FollowAsync(_alice, $"/task/{id}/events");

        (await stream.NextAsync()).Status.Should().Be("STATUS_SUCCESSFUL");
        await stream.EndsAsync();
    }

    [Fact]
    public async Task Only_the_owner_follows_a_task()
    {
        using var bob = await _server.UserAsync("bob");
        using var guest = _server.Guest();
        var ofAlice = (await _alice.ScheduleAsync()).TaskId;
        var ofGuest = (await guest.ScheduleAsync()).TaskId;

        (await bob.OcsAsync("GET", $"/task/{ofAlice}/events"))
            .Should()
            .Match<OcsReply>(reply => reply.HttpStatus == 404 && reply.Message == "Task not found");
        (await bob.OcsAsync("GET", $"/task/{ofGuest}/events")).HttpStatus.Should().Be(404);
        (await guest.OcsAsync("GET", $"/task/{ofAlice}/events")).HttpStatus.Should().Be(404);
        (await _alice.OcsAsync("GET", "/task/4711/events")).HttpStatus.Should().Be(404);
        (await guest.OcsAsync("GET", "/tasks/events")).HttpStatus.Should().Be(401);
        (await _alice.OcsAsync("GET", $"/tasks_consumer/task/{ofAlice}/events")).HttpStatus.Should().Be(412);
        await using var stream = await EventReader.FollowAsync(guest, $"/task/{ofGuest}/events");
        (await stream.NextAsync()).TaskId.Should().Be(ofGuest);
        using var app = await _server.ExAppAsync("worker", userId: "alice");
        await using var ofApp = await EventReader.FollowAsync(app, $"/tasks_consumer/task/{ofAlice}/events");
        (await ofApp.NextAsync()).TaskId.Should().Be(ofAlice);
    }

    [Fact]
    public async Task A_user_follows_all_his_tasks()
    {
        using var bob = await _server.UserAsync("bob");
        var old = (await _alice.ScheduleAsync()).TaskId;
        await _alice.OcsAsync("POST", $"/tasks/{old}/cancel");
        var first = (await _alice.ScheduleAsync()).TaskId;
        await using var stream = await EventReader.FollowAsync(_alice, "/tasks/events");
        (await stream.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == first && seen.Status == "STATUS_SCHEDULED");

        await bob.ScheduleAsync();
        var second = (await _alice.ScheduleAsync()).TaskId;
        (await stream.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == second && seen.Status == "STATUS_SCHEDULED");
        await ClaimAsync();
        (await stream.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == first && seen.Status == "STATUS_RUNNING");
        await _alice.OcsAsync("DELETE", $"/task/{second}");
        (await stream.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == second && seen.Kind == "deleted");
        await FinishAsync(first, "x");
        (await stream.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == first && seen.Status == "STATUS_SUCCESSFUL");
    }

    [Fact]
    public async Task A_reader_of_all_tasks_that_resumes_gets_the_missed_events_and_none_twice()
    {
        var steady = (await _alice.ScheduleAsync()).TaskId;
        await ClaimAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        var ended = (await _alice.ScheduleAsync()).TaskId;
        await ClaimAsync();
        var stream = await EventReader.FollowAsync(_alice, "/tasks/events");
        (await stream.NextAsync()).TaskId.Should().Be(steady);
        (await stream.NextAsync()).TaskId.Should().Be(ended);
        await FinishAsync(ended, "x");
        var last = await stream.NextAsync();
        await stream.DisposeAsync();
        _time.Advance(TimeSpan.FromSeconds(5));
        var missed = (await _alice.ScheduleAsync()).TaskId;
        await _alice.OcsAsync("POST", $"/tasks/{missed}/cancel");

        await using var again = await EventReader.FollowAsync(_alice, "/tasks/events", last.Id);

        var news = await again.NextAsync();
        news.Should().Match<SeenEvent>(seen => seen.TaskId == missed && seen.Status == "STATUS_CANCELLED");
        await FinishAsync(steady, "y");
        (await again.NextAsync()).Should().Match<SeenEvent>(seen => seen.TaskId == steady && seen.Status == "STATUS_SUCCESSFUL");
    }

    [Fact]
    public async Task A_reader_that_resumes_after_long_gets_the_unfinished_tasks_and_the_latest_of_the_last_day()
    {
        await using var server = await TestServer.StartAsync(
            time: _time,
            settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" }
        );
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        var open = (await alice.ScheduleAsync()).TaskId;
        var old = (await alice.ScheduleAsync()).TaskId;
        await alice.OcsAsync("POST", $"/tasks/{old}/cancel");
        _time.SetForward(TimeSpan.FromDays(2));
        var ended = new List<long>();
        for (var count = 0; count < 103; count++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            ended.Add((await alice.ScheduleAsync()).TaskId);
            await alice.OcsAsync("POST", $"/tasks/{ended[^1]}/cancel");
        }

        foreach (var position in new[] { "0", "1", "0~1:1__0" })
        {
            await using var stream = await EventReader.FollowAsync(alice, "/tasks/events", position);
            var told = new List<long>();
            for (var count = 0; count < 101; count++)
                told.Add((await stream.NextAsync()).TaskId);
            told.Should().Equal([open, .. ended[3..]]);
        }
    }

    [Fact]
    public async Task A_reader_that_leaves_in_the_middle_of_many_tasks_is_told_the_others_when_it_comes_back()
    {
        await using var server = await TestServer.StartAsync(
            time: _time,
            settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" }
        );
        using var worker = await server.WorkerAsync(Type);
        using var alice = await server.UserAsync("alice");
        var open = new List<long>();
        for (var count = 0; count < 25; count++)
            open.Add((await alice.ScheduleAsync()).TaskId);
        var stream = await EventReader.FollowAsync(alice, "/tasks/events");
        var told = new List<SeenEvent>();
        while (told.Count < 7)
            told.Add(await stream.NextAsync());
        await stream.DisposeAsync();
        _time.SetForward(TimeSpan.FromHours(1));

        await using var again = await EventReader.FollowAsync(alice, "/tasks/events", told[^1].Id);

        while (told[^1].TaskId != open[^1])
            told.Add(await again.NextAsync());
        told.Select(seen => seen.TaskId).Distinct().Should().Equal(open);
    }

    [Fact]
    public async Task A_deleted_task_ends_its_stream_and_the_heartbeat_of_its_worker()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await ClaimAsync();
        await using var stream = await EventReader.FollowAsync(_alice, $"/task/{id}/events");
        await stream.NextAsync();
        var heartbeat = _worker.OcsAsync("POST", $"/tasks_provider/{id}/heartbeat", new { wait = 60 });
        await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().Waiting == 2, "both waiting");

        await _alice.OcsAsync("DELETE", $"/task/{id}");

        (await stream.NextAsync()).Kind.Should().Be("deleted");
        await stream.EndsAsync();
        (await heartbeat).HttpStatus.Should().Be(404);
    }

    [Fact]
    public async Task A_client_that_leaves_frees_its_place_at_once()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        var one = await EventReader.FollowAsync(_alice, $"/task/{id}/events");
        var all = await EventReader.FollowAsync(_alice, "/tasks/events");
        using var leaving = new CancellationTokenSource();
        var poll = _alice.GetAsync($"{OcsDriver.Root}/task/{id}?wait=60", leaving.Token);
        await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().Waiting == 3, "all waiting");

        await one.DisposeAsync();
        await all.DisposeAsync();
        await leaving.CancelAsync();

        await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().Waiting == 0, "all places free, though no time passes");
        await poll.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task A_stopping_server_ends_streams_at_once()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await using var one = await EventReader.FollowAsync(_alice, $"/task/{id}/events");
        await using var all = await EventReader.FollowAsync(_alice, "/tasks/events");
        await one.NextAsync();
        await all.NextAsync();

        await _server.DisposeAsync();

        await one.EndsAsync();
        await all.EndsAsync();
        _server = await TestServer.StartAsync();
    }

    [Fact]
    public async Task The_SDK_reads_a_text_as_it_grows()
    {
        var id = await _alice.ScheduleAsync(Type, new { input = "x" }, preferStreaming: true);
        await ClaimAsync();
        using var client = new TaskClient(_server.Address, OcsCredentials.Bearer("token-of-alice"));
        await using var pieces = client
            .StreamTextAsync(id, cancellationToken: TestContext.Current.CancellationToken)
            .GetAsyncEnumerator(TestContext.Current.CancellationToken);

        var next = pieces.MoveNextAsync();
        foreach (var (text, added) in new[] { ("Once", "Once"), ("Once upon", " upon") })
        {
            await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().IsWatched(id), "following");
            _time.Advance(TimeSpan.FromSeconds(3));
            await _worker.OcsAsync("POST", $"/tasks_provider/{id}/stream-result", new { output = new { output = text } });
            (await next).Should().BeTrue();
            pieces.Current.Text.Should().Be(added);
            next = pieces.MoveNextAsync();
        }

        await FinishAsync(id, "Once upon a time");
        (await next).Should().BeTrue();
        pieces.Current.Should().Match<TextPiece>(piece => piece.Text == " a time" && piece.Task.Status == ProcessingStatus.Successful);
        (await pieces.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task A_browsers_EventSource_follows_a_guests_task_to_its_end_and_stays_away_then()
    {
        using var guest = _server.Guest();
        var id = (await guest.ScheduleAsync()).TaskId;
        using var browser = NpmTools.Start(
            "event-source.mjs",
            "eventsource",
            $"{_server.Address}ocs/v2.php/taskprocessing/task/{id}/events"
        );
        var first = await browser.StandardOutput.ReadLineAsync();
        first.Should().Contain("STATUS_SCHEDULED");

        await FinishAsync(id, "done");

        var rest = (await browser.StandardOutput.ReadToEndAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        rest.Should().HaveCount(3);
        rest[0].Should().Contain("STATUS_SUCCESSFUL");
        rest[1..].Should().Equal("""{"kind":"error","code":null,"closed":false}""", """{"kind":"error","code":204,"closed":true}""");
    }

    [Fact]
    public async Task Silence_is_broken_every_fifteen_seconds()
    {
        var interval = TimeSpan.FromSeconds(15);
        var others = _time.WaitersFor(interval);
        using var response = await EventReader.OpenAsync(_alice, "/tasks/events");
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        (await reader.ReadLineAsync()).Should().Be(":", "so that the answer begins at once");
        (await reader.ReadLineAsync()).Should().BeEmpty();
        await Eventually.BecomesTrue(() => _time.WaitersFor(interval) > others, "waiting");

        _time.Advance(interval);

        (await reader.ReadLineAsync()).Should().Be(":");
        response.Headers.GetValues("X-Accel-Buffering").Should().Equal("no");
    }

    private async Task ClaimAsync() =>
        (await _worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}"))
            .HttpStatus.Should()
            .Be(200);

    private async Task FinishAsync(long id, string output) =>
        (await _worker.OcsAsync("POST", $"/tasks_provider/{id}/result", new { output = new { output } })).HttpStatus.Should().Be(200);

    /// <summary>Shows the output, after the time that must lie between two.</summary>
    private async Task<SeenEvent> StreamAsync(long id, string output, EventReader stream)
    {
        _time.Advance(TimeSpan.FromSeconds(3));
        await _worker.OcsAsync("POST", $"/tasks_provider/{id}/stream-result", new { output = new { output } });
        return await stream.NextAsync();
    }
}

using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Client;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Client;

/// <summary>A client that follows a task by events, on a server that misbehaves, and on one that knows no events.</summary>
public sealed class TaskFollowingTests : IAsyncLifetime
{
    private const string Seven = "GET /ocs/v2.php/taskprocessing/task/7";
    private const string Events = $"{Seven}/events";

    private readonly ManualTimeProvider _time = new();
    private StandInServer _server = null!;
    private TaskClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _client = new TaskClient(_server.Address, OcsCredentials.AppPassword("anna", "token"), _time);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_stream_that_breaks_is_taken_up_where_it_was()
    {
        _server.On(
            Events,
            Stream(Status("1", "STATUS_RUNNING"), Event("2", "progress", """{"id":7,"progress":0.5}""")),
            Raw(503, ""),
            Drop,
            Stream(
                Event("3", "output", """{"id":7,"mode":"replace","output":{"output":"a"}}"""),
                ":\n\n",
                Event("4", "output", """{"id":7,"mode":"append","output":{"output":"b"}}""")
            ),
            Stream(Event("5", "news", "{}"), Status("6", "STATUS_SUCCESSFUL", ""","output":{"output":"abc"}"""))
        );

        var seen = await RunAsync(_client.FollowAsync(7, Cancel), task => $"{task.Status} {task.Progress} {task.Output}");

        seen.Should()
            .Equal(
                "Running  ",
                "Running 0.5 ",
                """Running 0.5 {"output":"a"}""",
                """Running 0.5 {"output":"ab"}""",
                """Running 0.5 {"output":"ab"}""",
                """Successful  {"output":"abc"}"""
            );
        _server.CallsTo(Events).Select(call => call.Headers.GetValueOrDefault("Last-Event-ID")).Should().Equal(null, "2", "2", "2", "4");
        _server.CallsTo(Events)[0].Headers["Accept"].Should().Be("application/json, text/event-stream");
    }

    [Fact]
    public async Task Text_comes_in_pieces_and_the_last_one_tells_how_the_task_ended()
    {
        _server.On(
            Events,
            Stream(
                Status("1", "STATUS_SCHEDULED"),
                Status("2", "STATUS_RUNNING"),
                Event("3", "output", """{"id":7,"mode":"replace","output":{"output":"Hel"}}"""),
                Event("4", "output", """{"id":7,"mode":"append","output":{"output":"lo"}}"""),
                Event("5", "output", """{"id":7,"mode":"replace","output":{"output":"Bye"}}"""),
                Status("6", "STATUS_FAILED", ""","output":{"output":"Bye"}""")
            )
        );

        var seen = await RunAsync(
            _client.StreamTextAsync(7, cancellationToken: Cancel),
            piece => $"{piece.Text} {piece.IsRestart} {piece.Task.Status}"
        );

        seen.Should().Equal("Hel False Running", "lo False Running", "Bye True Running", " False Failed");
    }

    [Fact]
    public async Task Where_too_many_wait_the_client_asks_without_waiting()
    {
        _server.On(
            Seven,
            Answered(7, "STATUS_RUNNING"),
            Raw(429, "", ("Retry-After", "5")),
            Answered(7, "STATUS_RUNNING"),
            Raw(429, "", ("Retry-After", "5")),
            Answered(7, "STATUS_SUCCESSFUL")
        );

        var waiting = _client.WaitAsync(7, cancellationToken: Cancel);
        await _time.RunUntilAsync(waiting);

        _server.CallsTo(Seven).Select(call => call.Query).Should().Equal("", "?wait=30", "", "?wait=30", "");
    }

    [Fact]
    public async Task A_server_without_streams_is_asked_instead()
    {
        _server
            .On(Events, NoRoute)
            .On(Seven, Answered(7, "STATUS_RUNNING"), Answered(7, "STATUS_SUCCESSFUL", ""","output":{"output":"x"}"""));

        var seen = await RunAsync(_client.StreamTextAsync(7, cancellationToken: Cancel), piece => $"{piece.Text} {piece.Task.Status}");

        seen.Should().Equal("x Successful");
        _server.CallsTo(Events).Should().ContainSingle();
    }

    [Fact]
    public async Task A_task_that_is_not_there_or_goes_away_is_not_found()
    {
        _server.On(
            Events,
            Envelope("""{"message":"Task not found"}""", 404),
            Stream(Status("1", "STATUS_RUNNING"), Event("2", "deleted", """{"id":7}"""))
        );

        var missing = () => RunAsync(_client.FollowAsync(7, Cancel), task => task.Status);
        (await missing.Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.NotFound);
        (await missing.Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.NotFound);
    }

    [Fact]
    public async Task A_stream_on_which_nothing_comes_is_given_up()
    {
        _server.On(
            Events,
            async http =>
            {
                await Stream(Status("1", "STATUS_RUNNING"))(http);
                await http.Response.Body.FlushAsync();
                await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            },
            Stream(Status("2", "STATUS_SUCCESSFUL"))
        );

        var seen = await RunAsync(_client.FollowAsync(7, Cancel), task => task.Status);

        seen.Should().Equal(ProcessingStatus.Running, ProcessingStatus.Successful);
    }

    private static Answer Stream(params string[] events) =>
        async http =>
        {
            http.Response.ContentType = "text/event-stream";
            foreach (var text in events)
                await http.Response.WriteAsync(text);
        };

    private static string Event(string id, string kind, string data) => $"id: {id}\nevent: {kind}\ndata: {data}\n\n";

    private static string Status(string id, string status, string extra = "") =>
        Event(id, "status", $$"""{"task":{{TaskJson(7, status, extra).ReplaceLineEndings(" ")}}}""");

    /// <summary>Reads to the end, and advances the clock to each waiting timer.</summary>
    private async Task<List<TShown>> RunAsync<T, TShown>(IAsyncEnumerable<T> items, Func<T, TShown> show)
    {
        var reading = Task.Run(async () => await items.Select(show).ToListAsync(Cancel));
        await _time.RunUntilAsync(reading.ContinueWith(_ => { }, TaskScheduler.Default));
        return await reading;
    }
}

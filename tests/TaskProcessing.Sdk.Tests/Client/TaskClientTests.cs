using System.Text;
using TaskProcessing.Sdk.Client;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Client;

public sealed class TaskClientTests : IAsyncLifetime
{
    private const string Root = "/ocs/v2.php/taskprocessing";
    private const string Seven = $"GET {Root}/task/7";

    private readonly ManualTimeProvider _time = new();
    private StandInServer _server = null!;
    private TaskClient _client = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = await StandInServer.StartAsync();
        _client = new TaskClient(_server.Address, OcsCredentials.AppPassword("anna", "töken"), _time);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_task_is_scheduled_with_all_that_was_asked_for()
    {
        _server.On($"POST {Root}/schedule", Answered(7, "STATUS_SCHEDULED"));

        var task = await _client.ScheduleAsync(
            new TaskRequest("core:text2text")
            {
                Input = { ["input"] = "text" },
                CustomId = "mine",
                WebhookUri = "https://example.org/done",
                WebhookMethod = "HTTP:POST",
                PreferStreaming = true,
                IdempotencyKey = "key-1",
            },
            Cancel
        );

        task.Should().Match<ProtocolTask>(task => task.Id == 7 && task.Status == ProcessingStatus.Scheduled);
        var call = _server.Calls.Single();
        call.Body.Should()
            .Be(
                """
                {"input":{"input":"text"},"type":"core:text2text","appId":"taskprocessing-sdk","customId":"mine",
                "webhookUri":"https://example.org/done","webhookMethod":"HTTP:POST","includeWatermark":true,"preferStreaming":true}
                """.ReplaceLineEndings("")
            );
        call.Headers["Idempotency-Key"].Should().Be("key-1");
        call.Headers["OCS-APIRequest"].Should().Be("true");
        Encoding.UTF8.GetString(Convert.FromBase64String(call.Headers["Authorization"]["Basic ".Length..])).Should().Be("anna:töken");
    }

    [Theory]
    [InlineData(400, 400, """{"message":"Missing key: \"input\""}""", OcsErrorKind.InvalidInput, "Missing key: \"input\"")]
    [InlineData(401, 997, "[]", OcsErrorKind.Unauthorized, "Current user is not logged in")]
    [InlineData(404, 404, """{"message":"Task not found"}""", OcsErrorKind.NotFound, "Task not found")]
    [InlineData(
        412,
        412,
        """{"message":"The given provider is not available"}""",
        OcsErrorKind.NotAvailable,
        "The given provider is not available"
    )]
    [InlineData(500, 996, "[]", OcsErrorKind.ServerError, "Current user is not logged in")]
    [InlineData(200, 404, """{"message":"Task not found"}""", OcsErrorKind.NotFound, "Task not found")]
    [InlineData(200, 997, "[]", OcsErrorKind.Unauthorized, "Current user is not logged in")]
    public async Task A_refusal_says_what_it_is_on_both_versions_of_the_protocol(
        int http,
        int ocs,
        string data,
        OcsErrorKind kind,
        string message
    )
    {
        _server.On(
            "POST",
            Raw(
                http,
                $$$"""
                {"ocs":{"meta":{"status":"failure","statuscode":{{{ocs}}},"message":"Current user is not logged in\n"},
                 "data":{{{data}}}}}
                """
            )
        );

        var thrown = await Scheduling().Should().ThrowAsync<OcsException>();

        thrown
            .Which.Should()
            .BeEquivalentTo(
                new
                {
                    Kind = kind,
                    Message = message,
                    OcsStatus = ocs,
                    HttpStatus = (System.Net.HttpStatusCode)http,
                }
            );
    }

    [Fact]
    public async Task Too_many_calls_say_when_to_come_back()
    {
        _server.On(
            "POST",
            Raw(429, "", ("Retry-After", "17")),
            Raw(429, "", ("Retry-After", (_time.GetUtcNow() + TimeSpan.FromSeconds(90)).ToString("R"))),
            Raw(429, "")
        );

        var waits = new List<TimeSpan?>();
        for (var i = 0; i < 3; i++)
            waits.Add((await Scheduling().Should().ThrowAsync<OcsException>()).Which.RetryAfter);

        waits.Should().Equal(TimeSpan.FromSeconds(17), TimeSpan.FromSeconds(90), null);
    }

    [Fact]
    public async Task A_dropped_connection_and_an_answer_that_is_none_are_told_apart()
    {
        _server.On(
            "POST",
            Drop,
            Raw(200, "<html>Welcome</html>"),
            Raw(302, "", ("Location", "https://elsewhere.example/")),
            Envelope("{}")
        );

        (await Scheduling().Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.Unreachable);
        (await Scheduling().Should().ThrowAsync<OcsException>()).Which.Message.Should().Contain("Welcome");
        (await Scheduling().Should().ThrowAsync<OcsException>()).Which.Message.Should().Contain("elsewhere.example");
        (await Scheduling().Should().ThrowAsync<OcsException>()).Which.Message.Should().Contain("no \"task\"");
    }

    [Fact]
    public async Task Plain_refusals_without_an_envelope_are_understood()
    {
        _server.On("POST", Raw(412, """{"message":"CSRF check failed"}"""));

        (await Scheduling().Should().ThrowAsync<OcsException>())
            .Which.Should()
            .Match<OcsException>(refusal =>
                refusal.Kind == OcsErrorKind.NotAvailable && refusal.Message == "CSRF check failed" && refusal.OcsStatus == null
            );
    }

    [Fact]
    public async Task Running_a_task_shows_each_change_once_and_ends_with_the_result()
    {
        _server
            .On($"POST {Root}/schedule", Answered(7, "STATUS_SCHEDULED"))
            .On(
                Seven,
                Answered(7, "STATUS_SCHEDULED"),
                Answered(7, "STATUS_SCHEDULED"),
                Answered(7, "STATUS_RUNNING", ""","progress":0.5"""),
                Raw(503, ""),
                Drop,
                Answered(7, "STATUS_RUNNING", ""","progress":0.5"""),
                Answered(7, "STATUS_SUCCESSFUL", ""","progress":1,"output":{"output":"short"}""")
            );
        var changes = new List<string>();

        var running = _client.RunAsync(
            new TaskRequest("core:text2text"),
            task => changes.Add($"{task.Status} {task.Progress}"),
            cancellationToken: Cancel
        );
        await _time.RunUntilAsync(running);

        (await running).OutputText("output").Should().Be("short");
        changes.Should().Equal("Scheduled ", "Running 0.5", "Successful 1");
        _server
            .CallsTo(Seven)
            .Select(call => call.Query)
            .Should()
            .Equal("", "?wait=30", "?wait=30", "?wait=30", "?wait=30", "?wait=30", "?wait=30");
    }

    [Fact]
    public async Task A_server_that_cannot_wait_is_asked_ever_less_often()
    {
        var enough = new TaskCompletionSource();
        var asked = new List<DateTimeOffset>();
        var answer = Answered(7, "STATUS_SCHEDULED");
        _server.On(
            Seven,
            async http =>
            {
                asked.Add(_time.GetUtcNow());
                if (asked.Count == 9)
                    enough.SetResult();
                await answer(http);
            }
        );
        using var leaving = new CancellationTokenSource();

        var waiting = _client.WaitAsync(7, cancellationToken: leaving.Token);
        await _time.RunUntilAsync(enough.Task);
        await leaving.CancelAsync();
        await waiting.Invoking(task => task).Should().ThrowAsync<OperationCanceledException>();

        // Pauses of 0, 0.5, 1, 2, 4, 5, 5 and 5 seconds, each shortened by at most a half.
        (asked[8] - asked[0])
            .Should()
            .BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(11.25))
            .And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(22.5));
    }

    [Fact]
    public async Task Waiting_ends_at_its_time_and_says_so()
    {
        _server.On(Seven, Answered(7, "STATUS_RUNNING"));

        var waiting = _client.WaitAsync(7, timeout: TimeSpan.FromMinutes(1), cancellationToken: Cancel);
        var ended = waiting.ContinueWith(_ => { }, TaskScheduler.Default);
        await _time.RunUntilAsync(ended);

        (await waiting.Invoking(task => task).Should().ThrowAsync<TimeoutException>()).WithMessage("*7*");
    }

    [Fact]
    public async Task Waiting_for_a_task_that_is_not_there_ends_at_once()
    {
        _server.On(Seven, Envelope("""{"message":"Task not found"}""", 404));

        var waiting = () => _client.WaitAsync(7, cancellationToken: Cancel);

        (await waiting.Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.NotFound);
    }

    [Fact]
    public async Task A_failed_task_says_why_when_its_output_is_asked_for()
    {
        _server.On(Seven, Answered(7, "STATUS_FAILED", ",\"userFacingErrorMessage\":\"The text is empty.\""));

        var task = await _client.WaitAsync(7, cancellationToken: Cancel);

        task.Invoking(task => task.OutputText("output"))
            .Should()
            .Throw<InvalidOperationException>()
            .WithMessage("*STATUS_FAILED*The text is empty.*");
    }

    [Fact]
    public async Task Task_types_are_read_with_their_shapes_choices_and_defaults()
    {
        _server.On(
            $"GET {Root}/tasktypes",
            Envelope(
                """
                {"types":{"core:text2text:changetone":{"name":"Change tone","description":"Says it otherwise","isInternal":true,
                  "inputShape":{"input":{"name":"Text","description":"What to say","type":"Text"},
                    "tone":{"name":"Tone","description":"How","type":"Enum"}},
                  "inputShapeEnumValues":{"tone":[{"name":"Dry","value":"dry"}]},"inputShapeDefaults":{"tone":"dry"},
                  "optionalInputShape":{"count":{"name":"Count","description":"How many","type":"Number"}},
                  "optionalInputShapeEnumValues":[],"optionalInputShapeDefaults":{"count":1},
                  "outputShape":{"output":{"name":"Text","description":"","type":"Text"}},"outputShapeEnumValues":{},
                  "optionalOutputShape":{},"optionalOutputShapeEnumValues":{}}}}
                """
            ),
            Envelope("""{"types":[]}""")
        );

        var type = (await _client.GetTaskTypesAsync(Cancel))["core:text2text:changetone"];

        type.Name.Should().Be("Change tone");
        type.IsInternal.Should().BeTrue();
        type.InputShape.Should()
            .Equal(
                new ShapeDescriptor("input", "Text", "What to say", ShapeType.Text),
                new ShapeDescriptor("tone", "Tone", "How", ShapeType.Enum)
            );
        type.OptionalInputShape.Should().Equal(new ShapeDescriptor("count", "Count", "How many", ShapeType.Number));
        type.InputChoices["tone"].Should().Equal(new ShapeEnumValue("Dry", "dry"));
        type.InputDefaults.Keys.Should().BeEquivalentTo("tone", "count");
        (await _client.GetTaskTypesAsync(Cancel)).Should().BeEmpty();
    }

    [Fact]
    public async Task Tasks_are_listed_cancelled_and_deleted()
    {
        _server
            .On($"GET {Root}/tasks", Envelope($$"""{"tasks":[{{TaskJson(7, "STATUS_FAILED")}},{{TaskJson(8, "STATUS_RUNNING")}}]}"""))
            .On($"POST {Root}/tasks/8/cancel", Answered(8, "STATUS_CANCELLED"))
            .On($"DELETE {Root}/task/8", Envelope("null"));

        (await _client.ListAsync(taskType: "core:text2text", customId: "a b", cancellationToken: Cancel))
            .Select(task => task.Id)
            .Should()
            .Equal(7, 8);
        await _client.ListAsync(appId: "my app", cancellationToken: Cancel);
        (await _client.CancelAsync(8, Cancel)).Status.Should().Be(ProcessingStatus.Cancelled);
        await _client.DeleteAsync(8, Cancel);

        _server
            .Calls.Select(call => call.Line)
            .Should()
            .Equal(
                $"GET {Root}/tasks?taskType=core:text2text&customId=a b",
                $"GET {Root}/tasks/app/my app",
                $"POST {Root}/tasks/8/cancel",
                $"DELETE {Root}/task/8"
            );
    }

    [Fact]
    public async Task A_file_is_written_to_the_stream_as_it_comes()
    {
        _server.On($"GET {Root}/tasks/7/file/3", Raw(200, "bytes"), Envelope("""{"message":"Not found"}""", 404));
        using var target = new MemoryStream();

        await _client.DownloadFileAsync(7, 3, target, Cancel);
        var missing = () => _client.DownloadFileAsync(7, 3, target, Cancel);

        (await missing.Should().ThrowAsync<OcsException>()).Which.Kind.Should().Be(OcsErrorKind.NotFound);
        Encoding.UTF8.GetString(target.ToArray()).Should().Be("bytes");
    }

    [Fact]
    public async Task An_app_without_a_user_uses_the_routes_for_tasks_without_a_user_and_with_a_user_those_of_the_user()
    {
        _server.On("GET", Raw(200, """{"ocs":{"meta":{"status":"ok","statuscode":100,"message":"OK"},"data":{"types":[]}}}"""));
        using var itself = new TaskClient(_server.Address, OcsCredentials.App("words", "1.0.0", "s3cret"), _time);
        using var forAnna = new TaskClient(_server.Address, OcsCredentials.App("words", "1.0.0", "s3cret", "anna"), _time);

        await itself.GetTaskTypesAsync(Cancel);
        await forAnna.GetTaskTypesAsync(Cancel);

        _server.Calls.Select(call => call.Path).Should().Equal($"{Root}/tasks_consumer/tasktypes", $"{Root}/tasktypes");
    }

    [Theory]
    [InlineData("")]
    [InlineData("/index.php/")]
    [InlineData("/cloud")]
    [InlineData("/cloud/index.php")]
    public async Task The_servers_address_may_be_written_in_any_usual_way(string suffix)
    {
        _server.On("GET", Envelope("""{"types":[]}"""));
        using var client = new TaskClient(new Uri(_server.Address, suffix), OcsCredentials.Bearer("token"), _time);

        await client.GetTaskTypesAsync(Cancel);

        _server
            .Calls.Single()
            .Path.Should()
            .Be($"{(suffix.StartsWith("/cloud", StringComparison.Ordinal) ? "/cloud" : "")}{Root}/tasktypes");
        _server.Calls.Single().Headers["Authorization"].Should().Be("Bearer token");
    }

    [Fact]
    public void Credentials_do_not_show_their_secret()
    {
        var (password, bearer) = (OcsCredentials.AppPassword("anna", "s3cret"), OcsCredentials.Bearer("s3cret"));
        var shown = $"{password} {bearer} {OcsCredentials.App("words", "1", "s3cret")}";

        shown.Should().NotContain("s3cret").And.Contain("anna");
    }

    private Func<Task> Scheduling() => () => _client.ScheduleAsync(new TaskRequest("core:text2text"), Cancel);
}

using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>The whole worker against a real server that misbehaves.</summary>
public sealed class WorkerOverHttpTests
{
    private const string Register = "POST /ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Result = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/result";
    private const string Heartbeat = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/heartbeat";
    private const string Progress = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/progress";

    private static readonly Answer Claimed = Claim(7, "test:one");
    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task A_result_survives_a_dropped_connection_an_error_and_a_full_server()
    {
        var delivered = new TaskCompletionSource();
        await using var server = await StartAsync();
        server
            .On(Next, Claimed, NoContent)
            .On(
                Result,
                Drop,
                Raw(500, "not even JSON"),
                Raw(429, "", ("Retry-After", "40")),
                Envelope("""{"message":"Logged out"}""", 401),
                Signal(delivered, Answered(7, "STATUS_SUCCESSFUL"))
            );
        using var source = Source(server);
        await using var worker = new RunningWorker(source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        await _time.RunUntilAsync(delivered.Task);

        server.CallsTo(Result).Select(call => call.Body).Distinct().Should().ContainSingle().Which.Should().Contain("done");
    }

    [Fact]
    public async Task Registration_waits_for_a_server_that_is_not_ready()
    {
        var claimed = new TaskCompletionSource();
        await using var server = await StandInServer.StartAsync();
        server.On(Register, Drop, Raw(503, ""), Envelope("[]", 400), Envelope("[]")).On(Next, Signal(claimed, NoContent));
        using var source = Source(server);
        await using var worker = new RunningWorker(source, _time, new ScriptedProvider(ScriptedProvider.Forever));

        await _time.RunUntilAsync(claimed.Task);

        server.CallsTo(Register).Should().HaveCount(4);
    }

    [Fact]
    public async Task A_cancel_reaches_the_provider_with_the_answer_to_its_progress()
    {
        var seen = new TaskCompletionSource<StopReason>();
        await using var server = await StartAsync();
        server.On(Next, Claimed, NoContent).On(Progress, Answered(7, "STATUS_CANCELLED"));
        using var source = Source(server);
        await using var worker = new RunningWorker(
            source,
            _time,
            new ScriptedProvider(async context =>
            {
                await using var _ = context.CancellationToken.Register(() => seen.SetResult(context.StopReason));
                await context.ReportProgressAsync(0.5);
                return await ScriptedProvider.Forever(context);
            })
        );

        (await seen.Task).Should().Be(StopReason.TaskCancelled);
        server.CallsTo(Result).Should().BeEmpty();
    }

    [Fact]
    public async Task A_cancel_reaches_a_silent_provider_with_the_answer_to_a_heartbeat_that_waits()
    {
        var seen = new TaskCompletionSource<StopReason>();
        await using var server = await StartAsync();
        server
            .On(Next, Claimed, NoContent)
            .On(Progress, Answered(7, "STATUS_RUNNING"))
            .On(Heartbeat, Raw(503, ""), Drop, Answered(7, "STATUS_RUNNING"), Answered(7, "STATUS_CANCELLED"));
        using var source = Source(server);
        await using var worker = new RunningWorker(
            source,
            _time,
            new ScriptedProvider(async context =>
            {
                await using var _ = context.CancellationToken.Register(() => seen.SetResult(context.StopReason));
                return await ScriptedProvider.Forever(context);
            })
        );

        await _time.RunUntilAsync(seen.Task);

        (await seen.Task).Should().Be(StopReason.TaskCancelled);
        server.CallsTo(Heartbeat).Should().HaveCount(4).And.OnlyContain(call => call.Body == """{"wait":30}""");
    }

    [Fact]
    public async Task A_server_without_heartbeats_is_asked_once_and_its_answers_to_progress_do()
    {
        var seen = new TaskCompletionSource<StopReason>();
        var asked = new TaskCompletionSource();
        await using var server = await StartAsync();
        server
            .On(Next, Claimed, NoContent)
            .On(Heartbeat, Signal(asked, NoRoute))
            .On(Progress, Answered(7, "STATUS_RUNNING"), Answered(7, "STATUS_RUNNING"), After(asked.Task, Answered(7, "STATUS_CANCELLED")));
        using var source = Source(server);
        await using var worker = new RunningWorker(
            source,
            _time,
            new ScriptedProvider(async context =>
            {
                await using var _ = context.CancellationToken.Register(() => seen.SetResult(context.StopReason));
                return await ScriptedProvider.Forever(context);
            })
        );

        await _time.RunUntilAsync(seen.Task);

        (await seen.Task).Should().Be(StopReason.TaskCancelled);
        server.CallsTo(Heartbeat).Should().ContainSingle();
        server.CallsTo(Progress).Should().HaveCount(3);
    }

    [Fact]
    public async Task A_file_is_uploaded_again_when_the_server_lost_it()
    {
        const string upload = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/file";
        var delivered = new TaskCompletionSource();
        await using var server = await StartAsync();
        server
            .On(Next, Claimed, NoContent)
            .On(upload, Drop, Envelope("""{"fileId":41}""", 201))
            .On(Result, Signal(delivered, Answered(7, "STATUS_SUCCESSFUL")));
        using var source = Source(server);
        await using var worker = new RunningWorker(
            source,
            _time,
            new ScriptedProvider(async context => new TaskOutput
            {
                { "output", await context.UploadFileAsync(new MemoryStream("picture"u8.ToArray()), "a.png") },
            })
        );

        await _time.RunUntilAsync(delivered.Task);

        server.CallsTo(upload).Should().HaveCount(2).And.OnlyContain(call => call.Body.Contains("picture"));
        server.CallsTo(Result).Single().Json.GetProperty("output").GetProperty("output").GetInt64().Should().Be(41);
    }

    private static async Task<StandInServer> StartAsync() => (await StandInServer.StartAsync()).On(Register, Envelope("[]"));

    private static Answer Signal(TaskCompletionSource signal, Answer answer) =>
        async http =>
        {
            await answer(http);
            signal.TrySetResult();
        };

    private static Answer After(Task first, Answer answer) =>
        async http =>
        {
            await first;
            await answer(http);
        };

    private OcsWorkSource Source(StandInServer server) =>
        new(
            new OcsWorkerOptions
            {
                Server = server.Address,
                AppId = "words",
                Secret = "s3cret",
            },
            _time
        );
}

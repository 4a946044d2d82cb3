using System.Diagnostics;
using TaskProcessing.Sdk.Tests.Support;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>A worker process that is killed (kill -9) on a Nextcloud, where nobody else would ever end its tasks.</summary>
public sealed class KilledWorkerTests : IDisposable
{
    private const string Register = "POST /ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Root = "POST /ocs/v2.php/taskprocessing/tasks_provider";

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_next_worker_delivers_the_result_that_was_known_and_fails_what_was_not()
    {
        var held = new TaskCompletionSource();
        await using var server = (await StandInServer.StartAsync()).AsNextcloud();
        server
            .On(Register, Envelope("[]"))
            .On(Next, Claim(7, "test:slow"), Claim(8, "test:slow", input: "quick"), NoContent)
            .On($"{Root}/8/result", Held(held.Task), Answered(8, "STATUS_SUCCESSFUL"))
            .On($"{Root}/7/result", Answered(7, "STATUS_FAILED"));
        await RunUntilKilledAsync(server, () => server.CallsTo($"{Root}/8/result").Count == 1);
        _folder.Files.Should().HaveCount(2);
        held.SetResult();

        await RunUntilKilledAsync(
            server,
            () => server.CallsTo($"{Root}/8/result").Count == 2 && server.CallsTo($"{Root}/7/result").Count == 1 && !_folder.Files.Any()
        );

        server
            .CallsTo($"{Root}/8/result")[1]
            .Json.GetProperty("output")
            .GetProperty("output")
            .GetString()
            .Should()
            .Be("done before the end");
        var failure = server.CallsTo($"{Root}/7/result").Single().Json;
        failure.GetProperty("output").ValueKind.Should().Be(System.Text.Json.JsonValueKind.Null);
        failure.GetProperty("errorMessage").GetString().Should().Contain("killed").And.Contain("Please try again");
    }

    private static Answer Held(Task until) =>
        async http =>
        {
            await until;
            http.Abort();
        };

    private async Task RunUntilKilledAsync(StandInServer server, Func<bool> condition)
    {
        using var worker = SlowWorker.Start(server.Address, _folder.Path);
        var output = worker.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var start = Stopwatch.GetTimestamp();
        var isReached = false;
        while (!isReached && !worker.HasExited && Stopwatch.GetElapsedTime(start) < TimeSpan.FromMinutes(3))
        {
            await Task.Delay(10, CancellationToken.None);
            isReached = condition();
        }

        // SIGKILL.
        worker.Kill();
        await worker.WaitForExitAsync(CancellationToken.None);
        isReached
            .Should()
            .BeTrue("the calls were {0}, the output was\n{1}", string.Join(", ", server.Calls.Select(call => call.Line)), await output);
    }
}

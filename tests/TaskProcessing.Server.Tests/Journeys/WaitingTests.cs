using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary><c>?wait=</c>: workers and clients that wait instead of asking again and again.</summary>
public sealed class WaitingTests
{
    private const string Next = $"{OcsDriver.Root}/tasks_provider/next?providerIds[]=p&taskTypeIds[]=core:text2text&wait=30";

    [Fact]
    public async Task A_waiting_worker_gets_the_task_that_is_scheduled()
    {
        await using var server = await StartAsync();
        using var app = await server.ExAppAsync("worker");
        using var alice = await server.UserAsync("alice");
        var next = app.GetAsync(Next);
        await Waiting(server);

        var id = await alice.ScheduleAsync("core:text2text", new { input = "x" });

        var claimed = await (await next).Content.ReadFromJsonAsync<JsonElement>();
        claimed.GetProperty("ocs").GetProperty("data").GetProperty("task").GetProperty("id").GetInt64().Should().Be(id);
    }

    [Fact]
    public async Task A_wait_in_vain_ends_when_its_time_is_over()
    {
        var time = new ManualTimeProvider();
        await using var server = await StartAsync(time);
        using var app = await server.ExAppAsync("worker");
        var next = app.GetAsync(Next);
        await Waiting(server);

        time.Advance(TimeSpan.FromSeconds(30));

        (await next).StatusCode.Should().Be(HttpStatusCode.NoContent);
        server.Get<TaskSignal>().AwaitedTypes.Should().BeEmpty();
    }

    [Fact]
    public async Task A_hundred_waiting_workers_share_a_hundred_tasks()
    {
        await using var server = await StartAsync();
        using var app = await server.ExAppAsync("worker");
        using var alice = await server.UserAsync("alice");
        var workers = Enumerable.Range(0, 100).Select(_ => app.GetFromJsonAsync<JsonElement>(Next)).ToList();
        await Waiting(server);

        var scheduled = await Task.WhenAll(
            Enumerable.Range(0, 100).Select(_ => alice.ScheduleAsync("core:text2text", new { input = "x" }))
        );

        var claimed = (await Task.WhenAll(workers)).Select(answer =>
            answer.GetProperty("ocs").GetProperty("data").GetProperty("task").GetProperty("id").GetInt64()
        );
        claimed.Should().BeEquivalentTo(scheduled);
    }

    [Fact]
    public async Task A_worker_that_left_does_not_swallow_the_signal()
    {
        var signal = new TaskSignal();
        var leaving = signal.ListenForScheduled(["a", "b"]);
        using var staying = signal.ListenForScheduled(["b"]);

        signal.WakeWorker("b");
        leaving.Dispose();

        (await staying.WaitAsync(TimeSpan.Zero, TimeProvider.System, CancellationToken.None)).Should().BeTrue();
        signal.AwaitedTypes.Should().Equal("b");
    }

    [Fact]
    public async Task A_stopping_server_ends_waits_at_once()
    {
        var server = await StartAsync();
        using var app = await server.ExAppAsync("worker");
        var next = app.GetAsync(Next);
        await Waiting(server);

        await server.DisposeAsync();

        (await next).StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_waiting_client_hears_of_progress_and_of_the_end()
    {
        await using var server = await StartAsync();
        using var alice = await server.UserAsync("alice");
        var id = await alice.ScheduleAsync("core:text2text", new { input = "x" });

        var progressed = await ChangeWhileWaitingAsync(
            server,
            alice,
            id,
            () => server.Get<ReportProgress>().RunAsync(id, new ProgressReport(0.5), CancellationToken.None)
        );
        progressed.GetProperty("progress").GetDouble().Should().Be(0.5);
        var finished = await ChangeWhileWaitingAsync(
            server,
            alice,
            id,
            () =>
                server
                    .Get<FinishTask>()
                    .RunAsync(id, new FinishRequest(JsonElement.Parse("""{"output":"x"}"""), null, null), CancellationToken.None)
        );
        finished.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");

        (await alice.TaskAsync(id, wait: 60))
            .GetProperty("status")
            .GetString()
            .Should()
            .Be("STATUS_SUCCESSFUL", "a task that has ended is answered at once");
    }

    [Fact]
    public async Task Tasks_of_another_process_wake_waiting_workers_too()
    {
        var time = new ManualTimeProvider();
        await using var server = await StartAsync(time);
        using var app = await server.ExAppAsync("worker");
        var next = app.GetAsync(Next);
        await Waiting(server);

        var task = new ProcessingTask
        {
            Type = "core:text2text",
            Status = ProcessingStatus.Scheduled,
            AppId = "x",
            Input = "{}",
            ScheduledAt = time.GetUtcNow(),
            LastUpdated = time.GetUtcNow(),
        };
        await server.Get<ITaskStore>().AddAsync(task, CancellationToken.None);
        time.Advance(TimeSpan.FromSeconds(1));

        (await next).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    private static async Task<TestServer> StartAsync(TimeProvider? time = null)
    {
        var server = await TestServer.StartAsync(time: time, settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" });
        await server
            .Get<AvailableTaskTypes>()
            .SetLocalProvidersAsync(
                [
                    new ProviderDescriptor
                    {
                        Id = "p",
                        Name = "p",
                        TaskType = "core:text2text",
                    },
                ],
                CancellationToken.None
            );
        return server;
    }

    private static Task Waiting(TestServer server) =>
        Eventually.BecomesTrue(() => server.Get<TaskSignal>().AwaitedTypes.Count > 0, "waiting");

    private static async Task<JsonElement> ChangeWhileWaitingAsync(TestServer server, HttpClient client, long id, Func<Task> change)
    {
        var waiting = client.TaskAsync(id, wait: 60);
        await Eventually.BecomesTrue(() => server.Get<TaskSignal>().IsWatched(id), "waiting");
        await change();
        return await waiting;
    }
}

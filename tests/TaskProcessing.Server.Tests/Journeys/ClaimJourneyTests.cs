using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>The number of a claim tells the worker that has a task from the one that has lost it.</summary>
public sealed class ClaimJourneyTests : IAsyncLifetime
{
    private const string Type = "core:text2text";

    private readonly ManualTimeProvider _time = new();
    private TestServer _server = null!;
    private HttpClient _alice = null!;
    private HttpClient _worker = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync(time: _time);
        _server.ExpectedLog.Add("lease");
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
    public async Task Every_claim_of_a_task_has_a_higher_number_alone_and_in_a_batch()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;

        var first = (await NextAsync()).Claim;
        await LoseAsync();
        var batch = await _worker.OcsAsync(
            "GET",
            $"/tasks_provider/next_batch?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&numberOfTasks=5"
        );
        var second = (long)batch.Data!["tasks"]![0]!["claim"]!;
        await SayAsync(id, "release", new { claim = second });
        var third = (await NextAsync()).Claim;

        first.Should().Be(1);
        second.Should().Be(2);
        third.Should().BeGreaterThan(2);
    }

    [Theory]
    [InlineData("release", null)]
    [InlineData("result", "busy")]
    public async Task Giving_back_needs_the_number(string how, string? errorMessage)
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        await NextAsync();

        var unnamed = await SayAsync(id, how, new { errorMessage, retryable = true });
        var misnamed = await SayAsync(
            id,
            how,
            new
            {
                errorMessage,
                retryable = true,
                claim = "first",
            }
        );

        (unnamed.HttpStatus, misnamed.HttpStatus).Should().Be((400, 400));
        unnamed.Message.Should().Be("Parameter \"claim\" is missing; it must be the number that came with the claimed task");
        misnamed.Message.Should().Be("Parameter \"claim\" must be a whole number");
        (await StatusAsync(id)).Should().Be("STATUS_RUNNING");
    }

    [Fact]
    public async Task A_worker_that_lost_its_task_can_neither_give_it_back_nor_fail_it()
    {
        var (id, lost, held) = await LostAndTakenAsync();

        var released = await SayAsync(id, "release", new { claim = lost });
        var retried = await SayAsync(
            id,
            "result",
            new
            {
                errorMessage = "busy",
                retryable = true,
                claim = lost,
            }
        );
        var failed = await SayAsync(id, "result", new { errorMessage = "broken", claim = lost });
        var problem = await SayAsync(id, "result", new { output = new { output = 5 }, claim = lost });

        released.HttpStatus.Should().Be(409);
        released.Message.Should().Be("Claim 1 of this task does not count any more: the task was given back, or another worker has it");
        foreach (var ignored in new[] { retried, failed, problem })
        {
            ignored.HttpStatus.Should().Be(200);
            ((string?)ignored.Task["status"]).Should().Be("STATUS_RUNNING", "the task is answered as it is");
        }

        (await NextAsync()).HttpStatus.Should().Be(204, "nobody else may have it");
        var finished = await SayAsync(id, "result", new { output = new { output = "done" }, claim = held });
        ((string?)finished.Task["status"]).Should().Be("STATUS_SUCCESSFUL");
    }

    [Theory]
    [InlineData("progress")]
    [InlineData("heartbeat")]
    [InlineData("stream-result")]
    public async Task To_a_worker_that_lost_its_task_it_looks_cancelled_and_stays_the_others(string report)
    {
        var (id, lost, _) = await LostAndTakenAsync();
        _time.Advance(TimeSpan.FromSeconds(119));

        var reply = await SayAsync(
            id,
            report,
            new
            {
                progress = 0.7,
                output = new { output = "old" },
                wait = 60,
                claim = lost,
            }
        );

        reply.HttpStatus.Should().Be(200);
        ((string?)reply.Task["status"]).Should().Be("STATUS_CANCELLED");
        var task = (await _alice.OcsAsync("GET", $"/task/{id}")).Task;
        ((string?)task["status"]).Should().Be("STATUS_RUNNING");
        task["progress"].Should().BeNull();
        task["output"].Should().BeNull();
        _time.Advance(TimeSpan.FromSeconds(2));
        await _server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
        (await StatusAsync(id)).Should().Be("STATUS_SCHEDULED", "the lease was not renewed");
    }

    [Fact]
    public async Task A_manual_route_says_the_same()
    {
        var (id, lost, _) = await LostAndTakenAsync();

        var reply = await _worker.OcsAsync("POST", $"/task/{id}/progress", new { progress = 0.7, claim = lost });

        ((int?)reply.Data!["status"]).Should().Be(5);
        ((string?)reply.Task["status"]).Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_held_heartbeat_is_answered_when_the_claim_is_over()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        var claim = (await NextAsync()).Claim;
        var heartbeat = SayAsync(id, "heartbeat", new { wait = 60, claim });
        await Eventually.BecomesTrue(() => _server.Get<TaskSignal>().IsWatched(id), "waiting");

        await SayAsync(id, "release", new { claim });

        ((string?)(await heartbeat).Task["status"]).Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_late_success_counts_with_any_claim()
    {
        var (id, lost, held) = await LostAndTakenAsync();

        var late = await SayAsync(id, "result", new { output = new { output = "late" }, claim = lost });
        var second = await SayAsync(id, "result", new { output = new { output = "second" }, claim = held });
        var progress = await SayAsync(id, "progress", new { progress = 0.9, claim = lost });

        ((string?)late.Task["status"]).Should().Be("STATUS_SUCCESSFUL");
        ((string?)second.Task["output"]!["output"]).Should().Be("late");
        ((string?)progress.Task["status"]).Should().Be("STATUS_SUCCESSFUL", "a task that has ended is shown as it is");
    }

    [Fact]
    public async Task A_slow_worker_that_reports_before_the_next_claim_keeps_the_task_and_its_number()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        var claim = (await NextAsync()).Claim;
        await LoseAsync();

        var reply = await SayAsync(id, "progress", new { progress = 0.5, claim });

        ((string?)reply.Task["status"]).Should().Be("STATUS_RUNNING");
        (await SayAsync(id, "release", new { claim })).HttpStatus.Should().Be(200);
        (await StatusAsync(id)).Should().Be("STATUS_SCHEDULED");
        (await SayAsync(id, "release", new { claim })).HttpStatus.Should().Be(409, "it was given back already");
    }

    private async Task<(long Id, long Lost, long Held)> LostAndTakenAsync()
    {
        var id = (await _alice.ScheduleAsync()).TaskId;
        var lost = (await NextAsync()).Claim;
        await LoseAsync();
        return (id, lost, (await NextAsync()).Claim);
    }

    /// <summary>Thirty seconds of expected runtime make a lease of 120.</summary>
    private async Task LoseAsync()
    {
        _time.Advance(TimeSpan.FromSeconds(121));
        await _server.Get<QueueKeeper>().RunAsync(CancellationToken.None);
    }

    private Task<OcsReply> NextAsync() => _worker.OcsAsync("GET", $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}");

    private Task<OcsReply> SayAsync(long id, string what, object body) => _worker.OcsAsync("POST", $"/tasks_provider/{id}/{what}", body);

    private async Task<string?> StatusAsync(long id) => (string?)(await _alice.OcsAsync("GET", $"/task/{id}")).Task["status"];
}

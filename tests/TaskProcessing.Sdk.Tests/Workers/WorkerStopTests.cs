using Microsoft.Extensions.Logging.Abstractions;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class WorkerStopTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryWorkSource _source = new();

    [Fact]
    public async Task A_stopping_worker_claims_nothing_more_and_delivers_what_it_has_begun()
    {
        var started = new TaskCompletionSource<TaskRunContext>();
        var release = new TaskCompletionSource();
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(
                async context =>
                {
                    started.SetResult(context);
                    await release.Task;
                    return ScriptedProvider.Done;
                },
                concurrency: 2
            )
        );
        var begun = _source.Queue();
        var context = await started.Task;

        worker.Stop();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(20));
        var late = _source.Queue();
        release.SetResult();
        await worker.Ended;

        context.StoppingToken.IsCancellationRequested.Should().BeTrue();
        context.CancellationToken.IsCancellationRequested.Should().BeFalse();
        _source.FinishedAsync(begun).IsCompletedSuccessfully.Should().BeTrue();
        _source.FinishedAsync(late).IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_worker_that_is_stopped_while_it_registers_claims_nothing_and_ends()
    {
        var loop = new WorkerLoop(
            _source,
            [new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done))],
            new WorkerOptions(),
            NullLogger<WorkerLoop>.Instance,
            _time
        );

        await Task.Run(() => loop.RunAsync(new CancellationToken(canceled: true))).WaitAsync(TimeSpan.FromMinutes(1));

        _source.Claims.Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_that_does_not_finish_while_the_worker_drains_is_given_back_and_not_failed()
    {
        var reason = StopReason.None;
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async context =>
            {
                try
                {
                    return await ScriptedProvider.Forever(context);
                }
                catch (OperationCanceledException)
                {
                    reason = context.StopReason;
                    throw new InvalidOperationException("whatever a library makes of a cancelled token");
                }
            })
        );
        var id = _source.Queue();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(10));

        worker.Stop();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(20));
        await worker.Ended;

        reason.Should().Be(StopReason.WorkerStopping);
        _source.Released.Should().Equal(id);
        _source.FinishAttempts.Should().BeEmpty();
    }

    [Fact]
    public async Task An_output_that_comes_in_spite_of_the_interruption_is_delivered()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async context =>
            {
                await Task.Delay(Timeout.Infinite, context.CancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                return ScriptedProvider.Done;
            })
        );
        var id = _source.Queue();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(10));

        worker.Stop();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(20));
        await worker.Ended;

        (await _source.FinishedAsync(id)).Output.Should().NotBeNull();
        _source.Released.Should().BeEmpty();
    }

    [Fact]
    public async Task A_provider_that_does_not_heed_its_token_does_not_hold_the_worker_up_for_ever()
    {
        var never = new TaskCompletionSource<TaskOutput>();
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => never.Task));
        _source.Queue();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(10));

        worker.Stop();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(20));
        _time.Advance(TimeSpan.FromSeconds(20));
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(5));
        _time.Advance(TimeSpan.FromSeconds(5));
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(1));
        _time.Advance(TimeSpan.FromSeconds(1));
        await worker.Ended;

        worker.Loop.RunningTasks.Should().Be(1);
        never.SetResult(ScriptedProvider.Done);
    }

    [Fact]
    public async Task A_result_is_still_tried_to_be_delivered_while_the_worker_drains()
    {
        _source.FinishFaults.Enqueue(new HttpRequestException("restarting"));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));
        var id = _source.Queue();
        await _source.WhenAsync(source => source.FinishAttempts.Count == 1);
        await _time.WhenSomebodyWaitsAtMostAsync(new WorkerOptions().RetryDelay);

        worker.Stop();
        await _time.RunUntilAsync(worker.Ended);

        (await _source.FinishedAsync(id)).Output.Should().NotBeNull();
    }

    [Fact]
    public async Task Providers_are_taken_back_only_if_that_is_wanted()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new WorkerOptions { UnregisterOnStop = true },
            new ScriptedProvider(ScriptedProvider.Forever)
        );
        await _source.WhenAsync(source => source.Claims.Count == 1);

        worker.Stop();
        await worker.Ended;

        _source.Unregistered.Should().Equal("test:one");
    }

    [Fact]
    public async Task A_worker_that_never_got_to_register_stops_too()
    {
        for (var i = 0; i < 10; i++)
            _source.RegistrationFaults.Enqueue(new HttpRequestException("no route"));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(ScriptedProvider.Forever));

        worker.Stop();
        await worker.Ended;

        _source.Claims.Should().BeEmpty();
        _source.Unregistered.Should().BeEmpty();
    }
}

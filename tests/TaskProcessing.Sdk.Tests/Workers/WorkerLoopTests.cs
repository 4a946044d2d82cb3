using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class WorkerLoopTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryWorkSource _source = new();

    [Fact]
    public async Task A_claimed_task_is_run_and_its_output_delivered()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(context => Task.FromResult(new TaskOutput { ["output"] = context.Text("input").ToUpperInvariant() }))
        );

        var result = await _source.FinishedAsync(_source.Queue());

        result.Output!.ToJson().Should().Be("""{"output":"TEXT"}""");
        result.ErrorMessage.Should().BeNull();
        _source.Registered.Should().Equal("test:one");
    }

    [Fact]
    public async Task Registration_is_tried_again_until_it_works()
    {
        _source.RegistrationFaults.Enqueue(new HttpRequestException("no route"));
        _source.RegistrationFaults.Enqueue(new OcsException("busy", HttpStatusCode.ServiceUnavailable));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue()));

        _source.Registered.Should().Equal("test:one");
        _source.RegistrationFaults.Should().BeEmpty();
    }

    [Fact]
    public async Task Providers_come_and_go_while_the_worker_runs()
    {
        var finish = new TaskCompletionSource<TaskOutput>();
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => finish.Task));
        var running = _source.Queue();
        await _source.WhenAsync(source => source.Claims.Count == 1);

        worker.Loop.Offer([new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done), "test:two")]);
        await _source.FinishedAsync(_source.Queue("test:two"));
        finish.SetResult(ScriptedProvider.Done);

        (await _source.FinishedAsync(running)).Output.Should().Equal(ScriptedProvider.Done);
        _source.Registered.Should().Equal("test:one", "test:two");
        _source.Unregistered.Should().Equal("test:one");
        _source.Claims.Skip(1).Should().NotBeEmpty().And.OnlyContain(claim => claim.SequenceEqual(new[] { "test:two" }));
    }

    [Fact]
    public async Task A_worker_without_providers_waits_for_some()
    {
        await using var worker = new RunningWorker(_source, _time);
        worker.Loop.Offer([new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done))]);

        await _source.FinishedAsync(_source.Queue());

        _source.Registered.Should().Equal("test:one");
    }

    [Fact]
    public async Task A_result_that_cannot_be_delivered_is_sent_again_until_the_server_has_it()
    {
        for (var i = 0; i < 7; i++)
            _source.FinishFaults.Enqueue(new HttpRequestException("connection reset"));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        var id = _source.Queue();
        await _time.RunUntilAsync(_source.FinishedAsync(id));

        _source.FinishAttempts.Should().HaveCount(8).And.OnlyContain(attempt => attempt.Output == ScriptedProvider.Done);
    }

    [Fact]
    public async Task A_result_is_given_up_only_after_the_time_set_for_it_and_the_worker_goes_on()
    {
        for (var i = 0; i < 1000; i++)
            _source.FinishFaults.Enqueue(new HttpRequestException("connection reset"));
        var options = new WorkerOptions { ResultRetryTimeout = TimeSpan.FromMinutes(10) };
        await using var worker = new RunningWorker(
            _source,
            _time,
            options,
            new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done))
        );
        var began = _time.GetUtcNow();

        _source.Queue();
        await _source.WhenAsync(source => source.FinishAttempts.Count == 1);
        await _time.RunUntilAsync(_source.WhenAsync(source => source.Claims.Count == 2));

        (_time.GetUtcNow() - began).Should().BeGreaterThanOrEqualTo(options.ResultRetryTimeout).And.BeLessThan(TimeSpan.FromMinutes(11));
    }

    [Fact]
    public async Task A_pause_that_the_server_asks_for_is_kept()
    {
        _source.FinishFaults.Enqueue(new OcsException("slow down", HttpStatusCode.TooManyRequests, 429, TimeSpan.FromMinutes(3)));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        var id = _source.Queue();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromMinutes(3));
        _time.Advance(TimeSpan.FromMinutes(3));

        (await _source.FinishedAsync(id)).Output.Should().NotBeNull();
    }

    [Fact]
    public async Task A_result_that_the_server_refuses_becomes_a_failure_that_says_so()
    {
        _source.FinishFaults.Enqueue(new OcsException("too large", HttpStatusCode.RequestEntityTooLarge));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        var result = await _source.FinishedAsync(_source.Queue());

        result.Output.Should().BeNull();
        result.ErrorMessage.Should().Contain("too large");
    }

    [Fact]
    public async Task A_provider_that_throws_fails_its_task_and_the_worker_goes_on()
    {
        var runs = 0;
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(_ =>
                runs++ == 0 ? throw new InvalidOperationException("the model is gone") : Task.FromResult(ScriptedProvider.Done)
            )
        );

        var failed = await _source.FinishedAsync(_source.Queue());
        var fine = await _source.FinishedAsync(_source.Queue());

        failed.ErrorMessage.Should().Contain("the model is gone");
        failed.Output.Should().BeNull();
        failed.UserFacingErrorMessage.Should().BeNull();
        fine.Output.Should().NotBeNull();
    }

    [Fact]
    public async Task A_foreseen_failure_carries_its_words_for_the_user_and_its_wish_for_a_retry()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(_ =>
                throw new TaskFailedException("GPU busy", "Please try later.") { Retryable = true, RetryAfter = TimeSpan.FromSeconds(30) }
            )
        );

        var result = await _source.FinishedAsync(_source.Queue());

        result
            .Should()
            .BeEquivalentTo(
                new TaskResult
                {
                    ErrorMessage = "GPU busy",
                    UserFacingErrorMessage = "Please try later.",
                    Retryable = true,
                    RetryAfter = TimeSpan.FromSeconds(30),
                }
            );
    }

    [Theory]
    [InlineData(ProcessingStatus.Cancelled, StopReason.TaskCancelled)]
    [InlineData(ProcessingStatus.Successful, StopReason.TaskGone)]
    [InlineData(null, StopReason.TaskGone)]
    public async Task A_task_that_is_no_longer_wanted_has_its_token_cancelled_and_reports_nothing(
        ProcessingStatus? status,
        StopReason expected
    )
    {
        var seen = new TaskCompletionSource<StopReason>();
        _source.Status = status;
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async context =>
            {
                await using var _ = context.CancellationToken.Register(() => seen.SetResult(context.StopReason));
                return await ScriptedProvider.Forever(context);
            })
        );

        _source.Queue();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(10));
        _time.Advance(TimeSpan.FromSeconds(10));
        await _source.WhenAsync(source => source.Claims.Count == 2);

        (await seen.Task).Should().Be(expected);
        _source.FinishAttempts.Should().BeEmpty();
        _source.Released.Should().BeEmpty();
    }

    [Fact]
    public async Task A_silent_provider_is_kept_alive_with_its_last_known_progress()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async context =>
            {
                await context.ReportProgressAsync(0.4);
                return await ScriptedProvider.Forever(context);
            })
        );

        _source.Queue();
        await _source.WhenAsync(source => source.Progress.Count == 1);
        await _time.RunUntilAsync(_source.WhenAsync(source => source.Progress.Count == 4));

        _source.Progress.Should().Equal(0.4, 0.4, 0.4, 0.4);
        _time.GetUtcNow().Should().Be(new ManualTimeProvider().GetUtcNow() + TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_report_that_fails_neither_disturbs_the_provider_nor_loses_the_progress()
    {
        var release = new TaskCompletionSource();
        _source.ReportFaults.Enqueue(new HttpRequestException("no route"));
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async context =>
            {
                await context.ReportProgressAsync(0.4);
                await release.Task;
                return ScriptedProvider.Done;
            })
        );

        var id = _source.Queue();
        await _source.WhenAsync(source => source.ReportFaults.Count == 0);
        await _time.RunUntilAsync(_source.WhenAsync(source => source.Progress.Count == 1));
        release.SetResult();

        (await _source.FinishedAsync(id)).Output.Should().NotBeNull();
        _source.Progress.Should().Equal(0.4);
    }

    [Fact]
    public async Task Partial_output_is_sent_to_those_who_asked_for_it_alone()
    {
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(
                async context =>
                {
                    await context.StreamOutputAsync(new TaskOutput { ["output"] = $"part of {context.Task.Id}" });
                    await context.ReportProgressAsync(0.5);
                    return await ScriptedProvider.Forever(context);
                },
                concurrency: 2
            )
        );

        _source.Queue(preferStreaming: false);
        var streaming = _source.Queue(preferStreaming: true);
        await _time.RunUntilAsync(_source.WhenAsync(source => source.Streamed.Count == 1 && source.Progress.Count(p => p == 0.5) >= 2));

        _source.Streamed.Should().ContainSingle().Which.ToJson().Should().Be($$"""{"output":"part of {{streaming}}"}""");
    }

    [Fact]
    public async Task A_source_that_cannot_wait_is_asked_ever_less_often()
    {
        var source = new MemoryWorkSource { Waits = false };
        await using var worker = new RunningWorker(source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));
        var began = _time.GetUtcNow();

        await _time.RunUntilAsync(source.WhenAsync(source => source.Claims.Count == 6));

        // Pauses of 1, 2, 4, 5 and 5 seconds, each shortened by at most a half.
        (_time.GetUtcNow() - began)
            .Should()
            .BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(8.5))
            .And.BeLessThanOrEqualTo(TimeSpan.FromSeconds(17));
    }

    [Fact]
    public async Task A_claim_that_fails_is_tried_again_after_a_pause()
    {
        _source.ClaimFaults.Enqueue(new OcsException("ExApp required", HttpStatusCode.PreconditionFailed));
        _source.ClaimFaults.Enqueue(new HttpRequestException("no route"));
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));

        var id = _source.Queue();
        await _time.RunUntilAsync(_source.FinishedAsync(id));

        _time.GetUtcNow().Should().BeAfter(new ManualTimeProvider().GetUtcNow() + TimeSpan.FromSeconds(1.4));
    }
}

using System.Net;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>A server that takes no task back, such as Nextcloud: whatever happens to the worker, it ends its tasks.</summary>
public sealed class UnreleasableTaskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ManualTimeProvider _time = new();
    private readonly LogLines<WorkerLoop> _log = new();
    private readonly MemoryWorkSource _source = new()
    {
        Waits = false,
        TakesBack = false,
        JournalKey = "server app",
    };

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Stopping_lets_a_claim_end_and_runs_what_it_brings()
    {
        var claims = new TaskCompletionSource();
        _source.ClaimsMayEnd = claims.Task;
        await using var worker = Worker(_ => Task.FromResult(ScriptedProvider.Done));
        await _source.WhenAsync(source => source.Claims.Count == 1);
        var id = _source.Queue();

        worker.Stop();
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromSeconds(20));
        claims.SetResult();
        await worker.Ended;

        (await _source.FinishedAsync(id)).Output.Should().NotBeNull();
        _source.WasClaimCancelled.Should().BeFalse();
        _folder.Files.Should().BeEmpty();
    }

    [Fact]
    public async Task A_task_that_does_not_finish_in_time_is_failed_with_a_sentence()
    {
        var started = new TaskCompletionSource();
        await using var worker = Worker(context =>
        {
            started.SetResult();
            return ScriptedProvider.Forever(context);
        });
        var id = _source.Queue();
        await _time.RunUntilAsync(started.Task);

        worker.Stop();
        await PassAsync(TimeSpan.FromSeconds(20));
        await worker.Ended;

        var result = await _source.FinishedAsync(id);
        result.ErrorMessage.Should().Contain("stopped before the task was done");
        result.UserFacingErrorMessage.Should().Contain("try again");
        _source.Released.Should().BeEmpty();
        _log.Lines.Should().Contain(line => line.Contains("failed unfinished")).And.NotContain(line => line.Contains("Released"));
    }

    [Fact]
    public async Task A_provider_that_heeds_nothing_does_not_keep_its_task_from_being_failed()
    {
        var started = new TaskCompletionSource();
        var never = new TaskCompletionSource<TaskOutput>();
        await using var worker = Worker(_ =>
        {
            started.SetResult();
            return never.Task;
        });
        var id = _source.Queue();
        await _time.RunUntilAsync(started.Task);

        worker.Stop();
        await PassAsync(TimeSpan.FromSeconds(20));
        await PassAsync(TimeSpan.FromSeconds(2.5));
        await worker.Ended;

        (await _source.FinishedAsync(id)).ErrorMessage.Should().Contain("stopped");
    }

    [Fact]
    public async Task A_task_of_a_provider_that_is_not_here_is_failed()
    {
        _source.HandedOutFor = "test:unknown";
        await using var worker = Worker(_ => Task.FromResult(ScriptedProvider.Done), type: "core:other");
        var id = _source.Queue();

        await _time.RunUntilAsync(_source.FinishedAsync(id));

        (await _source.FinishedAsync(id)).ErrorMessage.Should().Contain("test:unknown");
    }

    [Fact]
    public async Task A_result_that_cannot_be_delivered_before_the_end_is_delivered_at_the_next_start()
    {
        for (var i = 0; i < 100; i++)
            _source.FinishFaults.Enqueue(new HttpRequestException("refused"));
        long id;
        await using (var worker = Worker(_ => Task.FromResult(new TaskOutput { ["output"] = "Gr\u00fc\u00dfe" })))
        {
            id = _source.Queue();
            await _time.RunUntilAsync(_source.WhenAsync(source => source.FinishAttempts.Count == 1));
            worker.Stop();
            await PassAsync(TimeSpan.FromSeconds(20));
            await PassAsync(TimeSpan.FromSeconds(5));
            await worker.Ended;
        }

        _log.Lines.Should().Contain(line => line.Contains("the next start delivers it"));
        _source.FinishFaults.Clear();
        await using var next = Worker(ScriptedProvider.Forever);

        (await _source.FinishedAsync(id)).Output!.TryGetText("output", out var text).Should().BeTrue();
        text.Should().Be("Gr\u00fc\u00dfe");
        next.Stop();
        await next.Ended;
        _folder.Files.Should().BeEmpty();
    }

    [Fact]
    public async Task Tasks_of_a_worker_that_lives_are_left_alone()
    {
        var started = new TaskCompletionSource();
        await using var first = Worker(context =>
        {
            started.SetResult();
            return ScriptedProvider.Forever(context);
        });
        var id = _source.Queue();
        await _time.RunUntilAsync(started.Task);
        _folder.Files.Should().ContainSingle();

        await using var second = Worker(_ => Task.FromResult(ScriptedProvider.Done));
        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue()));
        second.Stop();
        await second.Ended;

        _source.FinishedAsync(id).IsCompleted.Should().BeFalse();
        _folder.Files.Should().ContainSingle();
    }

    [Fact]
    public async Task A_disk_that_cannot_be_written_stops_no_work_and_is_said_once()
    {
        var file = Path.Combine(_folder.Path, "a file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);
        await using var worker = new RunningWorker(
            _source,
            _time,
            _log,
            new WorkerOptions { ClaimsDirectory = file },
            new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done))
        );

        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue()));
        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue()));

        _log.Warnings.Should().ContainSingle().Which.Should().Contain(file);
    }

    [Fact]
    public async Task A_result_that_fails_the_server_again_and_again_becomes_a_failure_that_names_the_likely_cause()
    {
        for (var i = 0; i < 5; i++)
            _source.FinishFaults.Enqueue(new OcsException("Internal error", HttpStatusCode.InternalServerError, 996));
        await using var worker = Worker(_ => Task.FromResult(ScriptedProvider.Done));

        var id = _source.Queue();
        await _time.RunUntilAsync(_source.FinishedAsync(id));

        var result = await _source.FinishedAsync(id);
        result.ErrorMessage.Should().Contain("5 times").And.Contain("task type is gone");
        _source.FinishAttempts.Should().HaveCount(6);
    }

    private async Task PassAsync(TimeSpan time)
    {
        await _time.WhenSomebodyWaitsAsync(time);
        _time.Advance(time);
    }

    private RunningWorker Worker(Func<TaskRunContext, Task<TaskOutput>> work, string type = "core:text2text") =>
        new(_source, _time, _log, new WorkerOptions { ClaimsDirectory = _folder.Path }, new ScriptedProvider(work, type: type));
}

using System.Threading.Channels;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>Servers without long polls are asked for all providers together, and as seldom as is bearable.</summary>
public sealed class WorkerPollingTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryWorkSource _source = new() { Waits = false };

    [Fact]
    public async Task One_poll_at_a_time_asks_for_all_that_are_free_whoever_became_free_meanwhile()
    {
        string[] ids = ["test:one", "test:two", "test:three", "test:four"];
        var releases = ids.ToDictionary(id => id, _ => new SemaphoreSlim(0));
        var started = Channel.CreateUnbounded<string>();
        async Task<TaskOutput> WorkAsync(TaskRunContext context)
        {
            started.Writer.TryWrite(context.ProviderId);
            await releases[context.ProviderId].WaitAsync(context.CancellationToken);
            return ScriptedProvider.Done;
        }

        await using var worker = new RunningWorker(_source, _time, [.. ids.Select(id => new ScriptedProvider(WorkAsync, id))]);
        for (var round = 0; round < 3; round++)
        {
            var tasks = ids.Select(id => _source.Queue(id)).ToList();
            foreach (var _ in ids)
                await _time.RunUntilAsync(started.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask());

            // One after the other, so that each becomes free while the claim for the others is out.
            foreach (var (id, task) in ids.Zip(tasks))
            {
                releases[id].Release();
                await _source.FinishedAsync(task);
            }

            var claims = _source.Claims.Count;
            await _time.RunUntilAsync(_source.WhenAsync(source => source.Claims.Skip(claims).Any(claim => claim.Length == ids.Length)));
        }

        _source.MostClaims.Should().Be(1);
    }

    [Fact]
    public async Task Who_has_finished_a_task_is_asked_for_at_once()
    {
        var started = new TaskCompletionSource();
        var release = new TaskCompletionSource();
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(async _ =>
            {
                started.TrySetResult();
                await release.Task;
                return ScriptedProvider.Done;
            }),
            new ScriptedProvider(ScriptedProvider.Forever, "test:two")
        );
        _source.Queue();
        await _time.RunUntilAsync(started.Task);
        await _source.WhenAsync(source => source.Claims[^1].SequenceEqual(["test:two"]));
        var began = _time.GetUtcNow();
        var next = _source.Queue();

        release.SetResult();
        await _source.FinishedAsync(next);

        _time.GetUtcNow().Should().Be(began);
    }

    [Fact]
    public async Task A_call_of_the_server_ends_the_pause()
    {
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));
        await _source.WhenAsync(source => source.Claims.Count == 1);
        var id = _source.Queue();

        worker.Loop.Wake();
        await _source.FinishedAsync(id);

        _time.GetUtcNow().Should().Be(new ManualTimeProvider().GetUtcNow());
    }

    [Fact]
    public async Task An_outage_is_asked_about_by_one_poll_and_is_two_lines_in_the_log()
    {
        for (var i = 0; i < 6; i++)
            _source.ClaimFaults.Enqueue(new HttpRequestException($"connection refused, try {i}"));
        var log = new LogLines<WorkerLoop>();
        await using var worker = new RunningWorker(
            _source,
            _time,
            log,
            new WorkerOptions(),
            [.. Enumerable.Range(0, 5).Select(i => new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done), $"test:{i}"))]
        );

        await _time.RunUntilAsync(_source.FinishedAsync(_source.Queue("test:3")));

        log.Warnings.Should().ContainSingle().Which.Should().Contain("connection refused, try 0").And.NotContain("exception)");
        log.Lines.Should().ContainSingle(line => line.StartsWith("Information: The server can be used again, after"));
        // Pauses of 1, 2, 4, 8, 16 and 30 seconds, each shortened by at most a half.
        (_time.GetUtcNow() - new ManualTimeProvider().GetUtcNow())
            .Should()
            .BeGreaterThanOrEqualTo(TimeSpan.FromSeconds(30.5));
        _source.MostClaims.Should().Be(1);
    }

    [Fact]
    public async Task A_limit_and_a_provider_that_two_workers_share_are_counted_over_both()
    {
        var other = new MemoryWorkSource { Waits = false };
        var limit = new SharedLimit(2);
        int now = 0,
            most = 0,
            mostOfOne = 0,
            nowOfOne = 0;
        var gate = new Lock();
        var done = new SemaphoreSlim(0);
        async Task<TaskOutput> WorkAsync(TaskRunContext context)
        {
            lock (gate)
            {
                most = Math.Max(most, ++now);
                nowOfOne += context.ProviderId == "test:one" ? 1 : 0;
                mostOfOne = Math.Max(mostOfOne, nowOfOne);
            }

            await Task.Yield();
            lock (gate)
            {
                now--;
                nowOfOne -= context.ProviderId == "test:one" ? 1 : 0;
            }

            done.Release();
            return ScriptedProvider.Done;
        }

        TaskProvider[] providers =
        [
            new ScriptedProvider(WorkAsync, "test:one", concurrency: 1, limit),
            new ScriptedProvider(WorkAsync, "test:two", concurrency: 5, limit),
        ];
        await using var first = new RunningWorker(_source, _time, providers);
        await using var second = new RunningWorker(other, _time, providers);

        var tasks = Enumerable
            .Range(0, 40)
            .Select(i => (i % 4 < 2 ? _source : other, i % 2 == 0 ? "test:one" : "test:two"))
            .Select(task => task.Item1.FinishedAsync(task.Item1.Queue(task.Item2)))
            .ToList();
        await _time.RunUntilAsync(Task.WhenAll(tasks));

        most.Should().BeLessThanOrEqualTo(2);
        mostOfOne.Should().Be(1);
    }
}

using System.Threading.Channels;
using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Workers;

public sealed class WorkerSlotsTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly MemoryWorkSource _source = new();

    [Fact]
    public async Task A_provider_never_runs_more_tasks_than_it_allows()
    {
        var probe = new ConcurrencyProbe();
        await using var worker = new RunningWorker(_source, _time, new ScriptedProvider(probe.RunAsync, concurrency: 2));
        var ids = Enumerable.Range(0, 6).Select(_ => _source.Queue()).ToArray();

        await probe.DriveAsync(ids.Length, atOnce: 2);
        await Task.WhenAll(ids.Select(_source.FinishedAsync));

        probe.Most.Should().Be(2);
    }

    [Fact]
    public async Task All_providers_together_never_run_more_tasks_than_the_worker_allows()
    {
        var probe = new ConcurrencyProbe();
        await using var worker = new RunningWorker(
            _source, _time, new WorkerOptions { MaxConcurrency = 3 },
            new ScriptedProvider(probe.RunAsync, "test:one", concurrency: 5),
            new ScriptedProvider(probe.RunAsync, "test:two", concurrency: 5));
        var ids = Enumerable.Range(0, 10).Select(i => _source.Queue(i % 2 == 0 ? "test:one" : "test:two")).ToArray();

        await probe.DriveAsync(ids.Length, atOnce: 3);
        await Task.WhenAll(ids.Select(_source.FinishedAsync));

        probe.Most.Should().Be(3);
    }

    [Fact]
    public async Task A_slot_that_becomes_free_during_a_claim_is_asked_for_at_once()
    {
        var release = new TaskCompletionSource();
        await using var worker = new RunningWorker(
            _source, _time,
            new ScriptedProvider(async _ =>
            {
                await release.Task;
                return ScriptedProvider.Done;
            }, "test:one"),
            new ScriptedProvider(ScriptedProvider.Forever, "test:two"));
        _source.Queue("test:one");
        await _source.WhenAsync(source => source.Claims.Count == 2);

        release.SetResult();
        await _source.WhenAsync(source => source.Claims.Count == 3);

        _source.Claims[0].Should().Equal("test:one", "test:two");
        _source.Claims[1].Should().Equal("test:two");
        _source.Claims[2].Should().Equal("test:one");
    }

    [Fact]
    public void Whatever_happens_no_limit_is_exceeded_and_no_free_slot_goes_unasked()
    {
        var limits = Gen.Choose(1, 3).ListOf(3).Select(list => list.ToArray());
        var moves = Gen.Choose(0, 99).ListOf();
        var cases = Gen.Zip(Gen.Choose(1, 6), Gen.Zip(limits, moves)).ToArbitrary();

        Prop.ForAll(cases, drawn => Play(drawn.Item1, drawn.Item2.Item1, drawn.Item2.Item2)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Two_providers_with_one_id_are_refused()
    {
        var twice = () => new WorkerSlots([new ScriptedProvider(ScriptedProvider.Forever), new ScriptedProvider(ScriptedProvider.Forever)], 1);

        twice.Should().Throw<ArgumentException>().WithMessage("*test:one*");
    }

    /// <summary>Random ends of claims (with or without a task) and of runs against a count kept by hand.</summary>
    private static bool Play(int overall, int[] limits, IEnumerable<int> moves)
    {
        var providers = limits.Select((limit, i) => new ScriptedProvider(ScriptedProvider.Forever, $"test:{i}", concurrency: limit)).ToArray();
        var slots = new WorkerSlots(providers, overall);
        var claims = new List<IReadOnlyList<TaskProvider>>();
        var runs = new List<TaskProvider>();
        foreach (var move in moves)
        {
            while (slots.TryReserveClaim() is { } claim)
                claims.Add(claim);

            if (claims.Count + runs.Count > overall || providers.Any(p => runs.Count(run => run == p) > p.Concurrency))
                return false;

            // Every provider with room is asked for, unless the whole worker is full.
            if (claims.Count + runs.Count < overall
                && providers.Any(p => runs.Count(run => run == p) < p.Concurrency && !claims.Any(claim => claim.Contains(p))))
                return false;

            if (move % 3 != 0 && claims.Count > 0)
            {
                var claim = claims[move % claims.Count];
                claims.Remove(claim);
                if (move % 2 == 0)
                {
                    var provider = claim[move % claim.Count];
                    slots.BeginRun(provider);
                    runs.Add(provider);
                }

                slots.EndClaim(claim);
            }
            else if (runs.Count > 0)
            {
                var provider = runs[move % runs.Count];
                runs.Remove(provider);
                slots.EndRun(provider);
            }
        }

        return true;
    }

    /// <summary>Holds every run until it is let go, one at a time, and notes how many there were at most.</summary>
    private sealed class ConcurrencyProbe
    {
        private readonly Channel<bool> _arrivals = Channel.CreateUnbounded<bool>();
        private readonly Channel<bool> _departures = Channel.CreateUnbounded<bool>();
        private readonly Lock _lock = new();
        private int _now;

        public int Most { get; private set; }

        public async Task<TaskOutput> RunAsync(TaskRunContext context)
        {
            lock (_lock)
                Most = Math.Max(Most, ++_now);

            _arrivals.Writer.TryWrite(true);
            await _departures.Reader.ReadAsync(context.CancellationToken);
            lock (_lock)
                _now--;
            return ScriptedProvider.Done;
        }

        /// <summary>Lets runs go one by one, beginning when so many have come together.</summary>
        public async Task DriveAsync(int runs, int atOnce)
        {
            for (var arrived = 1; arrived <= runs; arrived++)
            {
                await _arrivals.Reader.ReadAsync(TestContext.Current.CancellationToken);
                if (arrived >= atOnce)
                    _departures.Writer.TryWrite(true);
            }

            for (var rest = 1; rest < atOnce; rest++)
                _departures.Writer.TryWrite(true);
        }
    }
}

using System.Threading.Channels;
using FsCheck;
using FsCheck.Fluent;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Sdk.Workers.Running;

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
            _source,
            _time,
            new WorkerOptions { MaxConcurrency = 3 },
            new ScriptedProvider(probe.RunAsync, "test:one", concurrency: 5),
            new ScriptedProvider(probe.RunAsync, "test:two", concurrency: 5)
        );
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
            _source,
            _time,
            new ScriptedProvider(
                async _ =>
                {
                    await release.Task;
                    return ScriptedProvider.Done;
                },
                "test:one"
            ),
            new ScriptedProvider(ScriptedProvider.Forever, "test:two")
        );
        _source.Queue("test:one");
        await _source.WhenAsync(source => source.Claims.Count == 2);

        release.SetResult();
        await _source.WhenAsync(source => source.Claims.Count == 3);

        _source.Claims[0].Should().Equal("test:one", "test:two");
        _source.Claims[1].Should().Equal("test:two");
        _source.Claims[2].Should().Equal("test:one");
    }

    [Fact]
    public void No_sequence_exceeds_a_limit_or_leaves_a_free_slot_unused()
    {
        var limits = Gen.Choose(1, 3).ListOf(3).Select(list => list.ToArray());
        var moves = Gen.Choose(0, 99).ListOf();
        var cases = Gen.Zip(Gen.Choose(1, 6), Gen.Zip(limits, moves)).ToArbitrary();

        Prop.ForAll(cases, drawn => Play(drawn.Item1, drawn.Item2.Item1, drawn.Item2.Item2)).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Two_providers_with_one_id_are_refused()
    {
        var twice = () =>
            new WorkerSlots([new ScriptedProvider(ScriptedProvider.Forever), new ScriptedProvider(ScriptedProvider.Forever)], 1);

        twice.Should().Throw<ArgumentException>().WithMessage("*test:one*");
    }

    [Fact]
    public async Task Providers_with_a_shared_limit_never_run_more_tasks_together()
    {
        var probe = new ConcurrencyProbe();
        var limit = new SharedLimit(2);
        await using var worker = new RunningWorker(
            _source,
            _time,
            new ScriptedProvider(probe.RunAsync, "test:one", concurrency: 5, limit),
            new ScriptedProvider(probe.RunAsync, "test:two", concurrency: 5, limit)
        );
        var ids = Enumerable.Range(0, 8).Select(i => _source.Queue(i % 2 == 0 ? "test:one" : "test:two")).ToArray();

        await probe.DriveAsync(ids.Length, atOnce: 2);
        await Task.WhenAll(ids.Select(_source.FinishedAsync));

        probe.Most.Should().Be(2);
    }

    [Fact]
    public void A_full_shared_limit_leaves_other_providers_alone_and_is_free_again_after_the_run()
    {
        var limit = new SharedLimit(1);
        ScriptedProvider one = new(ScriptedProvider.Forever, "test:one", limit: limit),
            two = new(ScriptedProvider.Forever, "test:two", limit: limit);
        var other = new ScriptedProvider(ScriptedProvider.Forever, "test:other");
        var slots = new WorkerSlots([one, two, other], int.MaxValue);
        var first = slots.TryReserveClaim()!;
        slots.BeginRun(one);
        slots.EndClaim(first);

        slots.TryReserveClaim().Should().Equal(other);
        slots.EndRun(one);
        slots.TryReserveClaim().Should().Equal(one, two);
    }

    [Fact]
    public void A_provider_that_takes_the_place_of_another_inherits_its_runs()
    {
        var old = new ScriptedProvider(ScriptedProvider.Forever);
        var slots = new WorkerSlots([old], int.MaxValue);
        var claim = slots.TryReserveClaim()!;
        slots.BeginRun(old);
        slots.EndClaim(claim);
        var successor = new ScriptedProvider(ScriptedProvider.Forever);

        slots.Offer([]);
        slots.Offer([successor]);

        slots.TryReserveClaim().Should().BeNull();
        slots.EndRun(old);
        slots.TryReserveClaim().Should().Equal(successor);
    }

    /// <summary>Random ends of claims (with or without a task) and of runs against a count kept by hand.</summary>
    private static bool Play(int overall, int[] limits, IEnumerable<int> moves)
    {
        var providers = limits
            .Select((limit, i) => new ScriptedProvider(ScriptedProvider.Forever, $"test:{i}", concurrency: limit))
            .ToArray();
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
            if (
                claims.Count + runs.Count < overall
                && providers.Any(p => runs.Count(run => run == p) < p.Concurrency && !claims.Any(claim => claim.Contains(p)))
            )
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

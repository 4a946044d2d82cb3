using System.Diagnostics;
using System.Globalization;
using TaskProcessing.Server.Tests.Fuzzing;
using TaskProcessing.Server.Tests.Fuzzing.Targets;

namespace Fuzz;

/// <summary>Goes round the surfaces until the time is over; each gets a new server every round.</summary>
internal sealed class Run(IReadOnlyList<string> targets, int seed, bool onPostgreSql, string folder)
{
    private const int CasesPerRound = 1000;

    /// <summary>What is in use when a round has ended, as the garbage collector sees it. Servers have about 60 MB.</summary>
    private const long MaxHeap = 300 * 1024 * 1024;

    private const int MaxHandles = 1000;

    private readonly Dictionary<string, Figures> _figures = targets.ToDictionary(target => target, _ => new Figures());
    private readonly HashSet<string> _kinds = [];

    /// <returns>1 when something was found.</returns>
    public async Task<int> RunAsync(TimeSpan time, int? onlyCase, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(time);
        Console.WriteLine(
            $"Seed {seed}, {(onPostgreSql ? "PostgreSQL" : "SQLite")}, {time.TotalMinutes:0.#} minutes, until then or SIGTERM"
        );
        for (var first = onlyCase ?? 0; !limit.IsCancellationRequested; first += CasesPerRound)
        {
            foreach (var target in targets.TakeWhile(_ => !limit.IsCancellationRequested))
                await RoundAsync(target, first, onlyCase is null ? CasesPerRound : 1, limit.Token);
            if (onlyCase is not null)
                break;
        }

        foreach (var (target, figures) in _figures)
            Console.WriteLine($"{target.PadRight(10)} {figures}");
        Console.WriteLine($"{_figures.Values.Sum(figures => figures.Cases)} cases, {_kinds.Count} kinds of finds");
        return _kinds.Count == 0 ? 0 : 1;
    }

    private async Task RoundAsync(string target, int first, int count, CancellationToken cancellationToken)
    {
        var figures = _figures[target];
        await using var arena = FuzzTargets.Requests.Contains(target) ? await Arena.StartAsync(onPostgreSql) : null;
        await using var run = new FuzzRun(target, seed, arena)
        {
            Began = number => File.WriteAllText(Path.Combine(folder, "running"), Replay(target, number)),
        };
        var watch = Stopwatch.StartNew();
        await run.RunAsync(first, count, (number, find) => Found(target, number, find), cancellationToken);
        figures.Add(run.Cases, watch.Elapsed, run.Longest);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();
        var heap = GC.GetTotalMemory(forceFullCollection: true);
        var handles = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        if (heap > MaxHeap || handles > MaxHandles)
            Found(target, first, new Find($"memory of {heap / 1_000_000} MB, {handles} handles", $"the {count} cases from {first}"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{target.PadRight(10)} cases {first}-{first + run.Cases - 1}, {run.Cases / watch.Elapsed.TotalSeconds:0}/s, longest "
                    + $"{run.Longest.TotalMilliseconds:0} ms, heap {heap / 1_000_000} MB, {handles} handles"
            )
        );
    }

    /// <summary>Of one kind of problem a surface has shown one case; that will do.</summary>
    private void Found(string target, int number, Find find)
    {
        _figures[target].Finds++;
        if (!_kinds.Add($"{target} {RequestTarget.Kind(find.Problem)}"))
            return;

        Console.WriteLine($"FOUND {find.Problem}\n  {find.Input}\n  again: {Replay(target, number)}");
        File.AppendAllText(Path.Combine(folder, "finds.jsonl"), find.Input + "\n");
    }

    private string Replay(string target, int number) =>
        $"bench/fuzz/run --target {target} --seed {seed} --case {number}{(onPostgreSql ? " --postgres" : "")}";

    private sealed class Figures
    {
        private TimeSpan _took;
        private TimeSpan _longest;

        public int Cases { get; private set; }

        public int Finds { get; set; }

        public void Add(int cases, TimeSpan took, TimeSpan longest)
        {
            Cases += cases;
            _took += took;
            _longest = longest > _longest ? longest : _longest;
        }

        public override string ToString() =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Cases} cases, {Cases / Math.Max(1, _took.TotalSeconds):0}/s, longest {_longest.TotalMilliseconds:0} ms, {Finds} finds"
            );
    }
}

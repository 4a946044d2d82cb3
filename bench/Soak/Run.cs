using System.Diagnostics;
using Soak.Scenes;
using TaskProcessing.Benches;

namespace Soak;

/// <summary>One run, from nothing to the verdict.</summary>
internal static class Run
{
    private const int Workers = 3;
    private const int ScenesAtATime = 64;
    private const int Seed = 20261129;

    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(30);

    /// <summary>Connections that nobody uses are closed after four seconds, and places that nobody uses are given back after ten.</summary>
    private static readonly TimeSpan Settling = TimeSpan.FromSeconds(12);

    /// <summary>The longest that anything lasts: kept for a minute, noticed within the next one and a quarter, files once more.</summary>
    private static readonly TimeSpan Passing = TimeSpan.FromMinutes(5);

    /// <returns>0 when everything is as it was, else 1.</returns>
    public static async Task<int> RunAsync(SoakOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        await using IDatabase database = options.PostgreSqlPrograms is { } programs
            ? new PostgreSqlInstance(programs, options.Folder)
            : new SqliteFile(options.Folder);
        await database.StartAsync(cancellationToken);
        using var server = new SoakedServer(options, database);
        using var receiver = new WebhookReceiver(refusals: 1);
        // One receiver is never there.
        var cast = await server.StartAsync([receiver.Address, new Uri($"http://127.0.0.1:{ServerProgram.FreePort()}/")], cancellationToken);
        using var stage = new Stage(cast);
        await new Worker(stage).RegisterAsync(cancellationToken);

        var tables = new Tables(database, options.PostgreSqlPrograms is not null);
        using var sampler = new Sampler(server, tables, options, Stopwatch.StartNew());
        using var held = new HeldHandles();
        var random = new Random(Seed);

        Say(sampler, $"warming up for {WarmUp.TotalSeconds:0} s");
        await new Load(stage).PlayAllAsync(times: 1, atATime: 6, random);
        await LoadAsync(stage, options, random, WarmUp, cancellationToken);
        await PassAsync(stage, tables, before: null, cancellationToken);
        var rows = await tables.CountAsync(cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        var before = await sampler.MeasureAsync(cancellationToken);

        using var sampling = new CancellationTokenSource();
        var samples = sampler.RunAsync(sampling.Token);
        var (begin, end) = (sampler.Now, sampler.Now + options.Load.TotalSeconds);
        Say(sampler, $"load for {options.Load.TotalMinutes:0.#} min, {options.Restarts} restarts in the first half");
        var load = LoadAsync(stage, options, random, options.Load, cancellationToken);
        await RestartAsync(server, sampler, options, begin, cancellationToken);
        while (!load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(TimeSpan.FromSeconds(15), cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
            await tables.AgeAsync(cancellationToken);
            if (options.Sabotage == Sabotage.Handles)
                await held.OpenAsync(cast.Address, 8);
            Say(sampler, $"{stage.Tally.Requests} requests");
        }

        await load;
        end = sampler.Now;
        Say(sampler, "the load is over; waiting until all periods have passed");
        var left = await PassAsync(stage, tables, rows, cancellationToken);
        await Task.Delay(Settling, cancellationToken);
        await sampling.CancelAsync();
        await samples;
        var after = await sampler.MeasureAsync(cancellationToken);
        foreach (var series in sampler.Series)
            (series.Before, series.After) = (before[series.Name], after[series.Name]);

        var verdict = new Verdict(sampler.Series, Window.Of(sampler.Restarts, begin, end));
        verdict.Add(left);
        verdict.Add(stage.Tally);
        verdict.AddLog(server.Log);
        await verdict.AddCheckAsync(server, cancellationToken);
        if (await server.Program.StopAsync() is var code and not 0)
            verdict.Violations.Add($"the server stopped with exit code {code}");
        if (await database.CheckAsync(cancellationToken) is { Length: > 0 } broken)
            verdict.Violations.Add($"the database is damaged: {broken}");

        var report = new Report(options, database.Name, stage.Tally, sampler, verdict);
        Console.WriteLine(report.Text());
        if (options.Documents is { } documents)
            report.Write(documents);
        return verdict.Print();
    }

    /// <summary>Scenes and workers for a while; in the end what they have begun is ended.</summary>
    private static async Task LoadAsync(Stage stage, SoakOptions options, Random random, TimeSpan time, CancellationToken cancellationToken)
    {
        using var scenes = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var working = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var workers = Enumerable
            .Range(0, Workers)
            .Select(_ => new Worker(stage).RunAsync(new Random(random.Next()), working.Token))
            .ToList();
        scenes.CancelAfter(time);
        await new Load(stage).RunAsync(options.Rate, ScenesAtATime, random, scenes.Token);
        await working.CancelAsync();
        await Task.WhenAll(workers);
    }

    /// <summary>Stops the server and starts it again, every second time without warning.</summary>
    private static async Task RestartAsync(
        SoakedServer server,
        Sampler sampler,
        SoakOptions options,
        double begin,
        CancellationToken cancellationToken
    )
    {
        for (var restart = 1; restart <= options.Restarts; restart++)
        {
            var due = begin + (options.Load.TotalSeconds * 0.45 * restart / options.Restarts) - sampler.Now;
            await Task.Delay(TimeSpan.FromSeconds(Math.Max(0, due)), cancellationToken);
            if (restart % 2 == 0)
                await server.Program.KillAsync();
            else
                await server.Program.StopAsync();
            await server.Program.StartAsync(cancellationToken);
            sampler.Restarts.Add(sampler.Now);
            Say(sampler, $"restart {restart}, {(restart % 2 == 0 ? "after a kill" : "after a stop")}");
        }
    }

    /// <summary>Tidies up as people do, and waits until nothing is left that passes. Answers what is left all the same.</summary>
    private static async Task<IReadOnlyList<string>> PassAsync(
        Stage stage,
        Tables tables,
        IReadOnlyDictionary<string, long>? before,
        CancellationToken cancellationToken
    )
    {
        await stage.TidyAsync(cancellationToken);
        var clock = Stopwatch.StartNew();
        while (true)
        {
            await tables.AgeAsync(cancellationToken);
            var left = Tables.Compare(before, await tables.CountAsync(cancellationToken));
            if (left.Count == 0 || clock.Elapsed > Passing)
                return left;

            await Task.Delay(TimeSpan.FromSeconds(3), cancellationToken);
        }
    }

    private static void Say(Sampler sampler, string what) => Console.Error.WriteLine($"{sampler.Now:0} s  {what}");
}

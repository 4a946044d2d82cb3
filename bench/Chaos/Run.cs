using System.Diagnostics;
using TaskProcessing.Benches;

namespace Chaos;

/// <summary>One run, from nothing to the verdict.</summary>
internal static class Run
{
    private const int Users = 6;
    private static readonly TimeSpan Drain = TimeSpan.FromSeconds(90);

    /// <summary>Longer than a lease.</summary>
    private static readonly TimeSpan Freeze = ChaosOptions.Lease + TimeSpan.FromSeconds(2);

    /// <summary>A delivery that a killed server was sending waits for a while, and then for three more refusals.</summary>
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(180);

    /// <returns>0 when nothing was lost and nothing done twice, else 1.</returns>
    public static async Task<int> RunAsync(ChaosOptions options, CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        Directory.CreateDirectory(options.Folder);
        await using IDatabase database = options.PostgreSqlPrograms is { } programs
            ? new PostgreSqlInstance(programs, options.Folder)
            : new SqliteFile(options.Folder);
        await database.StartAsync(cancellationToken);
        using var servers = new Servers(options, database);
        await servers.StartAsync(Users, cancellationToken);
        using var workers = new WorkerProcesses(servers.Addresses, options);
        workers.Start();
        using var receiver = new WebhookReceiver(refusals: 3);
        var farm = new Farm(servers.Addresses, servers.Users, receiver.Address);
        using var stopping = new CancellationTokenSource();
        var clients = farm.RunAsync(options.Clients, stopping.Token, cancellationToken);
        var kills = await KillAsync(options, servers, database, workers, cancellationToken);

        await stopping.CancelAsync();
        await clients.WaitAsync(Drain, cancellationToken);
        var verdict = new Verdict(farm, receiver, servers.Addresses[0], servers.ServiceKey);
        await verdict.WaitUntilAllHasEndedAsync(Drain, cancellationToken);
        workers.Stop();
        await Damage.DoAsync(options.Sabotage, farm, database, cancellationToken);
        await verdict.WaitUntilAllIsToldAsync(Telling, cancellationToken);
        await verdict.JudgeAsync(workers.Journals, cancellationToken);
        foreach (var code in (await servers.StopAsync()).Where(code => code != 0))
            verdict.Violations.Add($"a server stopped with exit code {code}");
        if (await database.CheckAsync(cancellationToken) is { Length: > 0 } broken)
            verdict.Violations.Add($"the database is damaged: {broken}");

        Console.WriteLine(
            $"{database.Name}, {options.Nodes} {(options.Nodes == 1 ? "server" : "servers")}, {options.Clients} clients, {kills}, "
                + $"{workers.Kills} kills of workers, {watch.Elapsed.TotalSeconds:0} s"
        );
        return verdict.Print();
    }

    private static async Task<string> KillAsync(
        ChaosOptions options,
        Servers servers,
        IDatabase database,
        WorkerProcesses workers,
        CancellationToken cancellationToken
    )
    {
        var (ofServers, ofDatabase, freezes) = (0, 0, 0);
        for (var kill = 1; kill <= options.Kills; kill++)
        {
            await Task.Delay(options.Pause * (0.5 + Random.Shared.NextDouble()), cancellationToken);
            if (options.Sabotage == Sabotage.Double)
                await Damage.HandOutAgainAsync(database, cancellationToken);
            if (kill % 3 == 0)
                workers.KillOne();
            if (kill % 8 == 0 && await database.FreezeAsync(Freeze, cancellationToken))
            {
                freezes++;
                await servers.WaitUntilReadyAsync(cancellationToken);
            }
            else if (kill % 4 == 0 && await database.KillAsync(cancellationToken))
            {
                ofDatabase++;
                await servers.WaitUntilReadyAsync(cancellationToken);
            }
            else
            {
                ofServers++;
                await servers.KillOneAsync(cancellationToken);
            }
        }

        return $"{ofServers} kills of servers"
            + (ofDatabase + freezes == 0 ? "" : $", {ofDatabase} kills of the database and {freezes} times that it stood still");
    }
}

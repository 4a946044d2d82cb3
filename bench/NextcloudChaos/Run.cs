using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Benches;

namespace NextcloudChaos;

/// <summary>One run, from nothing to the verdict.</summary>
internal sealed class Run(RunOptions options, IReadOnlyList<ServerProgram> nodes, IReadOnlyList<Cloud> clouds, IDatabase database)
    : IDisposable
{
    /// <summary>A node takes over after ten seconds, so some stay away for longer.</summary>
    private static readonly TimeSpan LongestAbsence = TimeSpan.FromSeconds(16);

    private readonly HttpClient _operator = new() { Timeout = TimeSpan.FromSeconds(5) };
    private Process _worker = Worker.Start(nodes[0].Address);
    private int _killsOfDatabase;
    private int _killsOfWorker;

    /// <summary>The tasks that the operator of the nodes has cancelled.</summary>
    private int _cancelledHere;

    /// <returns>0 when nothing was lost and nothing done twice, else 1.</returns>
    public static async Task<int> RunAsync(RunOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.Folder);
        await using IDatabase database = options.PostgreSqlPrograms is { } programs
            ? new PostgreSqlInstance(programs, options.Folder)
            : new SqliteFile(options.Folder);
        await database.StartAsync(cancellationToken);
        var nodes = Enumerable
            .Range(0, options.Nodes)
            .Select(number => new ServerProgram(
                options.Server,
                options.Folder,
                $"node{number}",
                [
                    $"--DataDirectory={Path.Combine(options.Folder, "data")}",
                    .. database.Settings,
                    "--Providers:ReadyMade:Enabled=false",
                    "--RateLimits:Enabled=false",
                    "--Metrics:Enabled=false",
                    // Workers that are killed do not fail a task, and a task comes back soon.
                    "--Leases:MinSeconds=6",
                    "--Leases:MaxAttempts=1000",
                    "--Serilog:MinimumLevel:Default=Information",
                ]
            ))
            .ToList();
        await using var one = await Cloud.StartAsync(options, "one", version: 32, nodes[0].Address, cancellationToken);
        await using var two = await Cloud.StartAsync(options, "two", version: 33, nodes[0].Address, cancellationToken);
        try
        {
            foreach (var cloud in (Cloud[])[one, two])
                await cloud.ConnectAsync(nodes[0], cancellationToken);
            await nodes[0]
                .CommandAsync(
                    cancellationToken,
                    ["exapp", "add", Worker.App, "--app-version", "1.0.0", "--enabled", "--secret", Worker.Secret]
                );
            var key = await nodes[0].CommandAsync(cancellationToken, "apikey", "add", "operator");
            foreach (var node in nodes)
                await node.StartAsync(cancellationToken);
            using var run = new Run(options, nodes, [one, two], database);
            run._operator.DefaultRequestHeaders.Add("X-API-Key", key);
            return await run.RunAsync(cancellationToken);
        }
        finally
        {
            foreach (var node in nodes)
                node.Dispose();
        }
    }

    public void Dispose() => _operator.Dispose();

    private async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var watch = Stopwatch.StartNew();
        using var stopping = new CancellationTokenSource();
        var clients = Task.WhenAll([
            .. clouds.Select(cloud => cloud.ScheduleAsync(TimeSpan.FromMilliseconds(300), stopping.Token, cancellationToken)),
            CancelHereAsync(stopping.Token, cancellationToken),
        ]);
        try
        {
            foreach (var cloud in clouds)
                cloud.Front.LossRate = options.Loss;
            await KillAsync(cancellationToken);
            await stopping.CancelAsync();
            await clients;
            foreach (var cloud in clouds)
                cloud.Front.LossRate = 0;
            await clouds[0].DamageAsync(options.Sabotage, cancellationToken);
            var verdict = new Verdict(clouds, nodes[0]);
            var faults = await verdict.JudgeAsync(TimeSpan.FromMinutes(5), _cancelledHere, cancellationToken);
            Console.WriteLine(
                $"{database.Name}, {nodes.Count} node(s): {clouds.Sum(cloud => cloud.Accepted.Count)} tasks of two Nextclouds, "
                    + $"{verdict.Succeeded} succeeded, {verdict.Cancelled} cancelled ({_cancelledHere} of them here); kills: "
                    + $"{nodes.Sum(node => node.Kills)} of nodes, {clouds.Sum(cloud => cloud.Server.Kills)} of Nextclouds, "
                    + $"{_killsOfWorker} of the worker, {_killsOfDatabase} of the database; "
                    + $"{options.Loss:P0} of the calls lost; {watch.Elapsed.TotalSeconds:0} s"
            );
            foreach (var fault in faults.Take(50))
                Console.WriteLine($"FAULT: {fault}");
            Console.WriteLine(faults.Count == 0 ? "Nothing lost, nothing left running, nothing told twice" : $"{faults.Count} faults");
            return faults.Count == 0 ? 0 : 1;
        }
        finally
        {
            _worker.Kill();
            _worker.Dispose();
            _operator.Dispose();
        }
    }

    private async Task KillAsync(CancellationToken cancellationToken)
    {
        for (var kill = 0; kill < options.Kills; kill++)
        {
            await Task.Delay(options.Pause * (0.5 + Random.Shared.NextDouble()), cancellationToken);
            switch (kill % 6)
            {
                case 1:
                    await KillAsync(clouds[0].Server, TimeSpan.FromSeconds(2), cancellationToken);
                    break;
                case 3:
                    KillWorker();
                    break;
                case 4:
                    await KillAsync(clouds[1].Server, TimeSpan.FromSeconds(2), cancellationToken);
                    break;
                case 5 when await database.KillAsync(cancellationToken):
                    _killsOfDatabase++;
                    foreach (var node in nodes)
                        await node.WaitUntilReadyAsync(cancellationToken);
                    break;
                default:
                    var longest = nodes.Count > 1 ? LongestAbsence : TimeSpan.FromSeconds(2);
                    await KillAsync(nodes[Random.Shared.Next(nodes.Count)], longest, cancellationToken);
                    break;
            }
        }
    }

    private static async Task KillAsync(ServerProgram victim, TimeSpan longest, CancellationToken cancellationToken)
    {
        await victim.KillAsync();
        await Task.Delay(longest * Random.Shared.NextDouble(), cancellationToken);
        await victim.StartAsync(cancellationToken);
    }

    /// <summary>Its successor works for any node.</summary>
    private void KillWorker()
    {
        _worker.Kill();
        _worker.WaitForExit();
        _worker.Dispose();
        _worker = Worker.Start(nodes[Random.Shared.Next(nodes.Count)].Address);
        _killsOfWorker++;
    }

    /// <summary>Cancels a task here now and then, as an operator.</summary>
    private async Task CancelHereAsync(CancellationToken stopping, CancellationToken cancellationToken)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(2), cancellationToken);
            var node = nodes[Random.Shared.Next(nodes.Count)].Address;
            try
            {
                var status = Random.Shared.Next(2) == 0 ? "running" : "pending";
                var tasks = await _operator.GetFromJsonAsync<JsonNode>(
                    new Uri(node, $"/api/v1/tasks?status={status}&limit=1"),
                    cancellationToken
                );
                if (tasks!["data"]!.AsArray() is not [{ } task])
                    continue;

                // Without an answer it may have worked.
                _cancelledHere++;
                using var answer = await _operator.PostAsync(
                    new Uri(node, $"/api/v1/tasks/{(long)task["id"]!}/cancel"),
                    content: null,
                    cancellationToken
                );
                if ((int)answer.StatusCode is >= 400 and < 500)
                    _cancelledHere--;
            }
            catch (Exception error)
                when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // It is being killed.
            }
        }
    }
}

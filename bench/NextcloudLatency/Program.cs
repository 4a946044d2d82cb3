using System.CommandLine;
using System.Globalization;
using NextcloudLatency;
using TaskProcessing.Benches;

var server = new Option<FileInfo>("--server") { Description = "The server's program.", Required = true };
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where everything is kept.", Required = true };
var rounds = new Option<int>("--rounds")
{
    Description = "Of one task for each of four connections after a pause.",
    DefaultValueFactory = _ => 6,
};
var busy = new Option<int>("--busy") { Description = "Tasks for each connection without a pause.", DefaultValueFactory = _ => 15 };
var root = new RootCommand("Measures the time from the schedule of a task at a Nextcloud until this server has claimed and ended it.")
{
    server,
    folder,
    rounds,
    busy,
};
root.SetAction(
    async (parsed, cancellationToken) =>
    {
        var (program, place) = (parsed.GetRequiredValue(server).FullName, parsed.GetRequiredValue(folder).FullName);
        using var bridge = new ServerProgram(
            program,
            place,
            "bridge",
            [
                $"--DataDirectory={Path.Combine(place, "bridge")}",
                "--Providers:ReadyMade:Enabled=false",
                "--RateLimits:Enabled=false",
                "--Metrics:Enabled=false",
            ]
        );
        await using var polled = await Cloud.StartAsync(program, place, version: 32, bridge, cancellationToken);
        await using var calling = await Cloud.StartAsync(program, place, version: 33, bridge, cancellationToken);
        await bridge.StartAsync(cancellationToken);
        Cloud[] clouds = [polled, calling];
        foreach (var cloud in clouds)
            await cloud.AreOfferedAsync(cancellationToken);

        Console.WriteLine("| Nextcloud | tasks | claimed: median | 95th percentile | result there: median | 95th percentile |");
        Console.WriteLine("|---|---|---|---|---|---|");
        // Longer than a server polls quickly after the last task, so that only the slow polls are met, at any moment between two.
        var idle = await Task.WhenAll(clouds.Select(cloud => cloud.RunAsync(parsed.GetValue(rounds), 31, 36, cancellationToken)));
        Write("32, nothing to do before", idle[0]);
        Write("33, nothing to do before", idle[1]);
        var hot = await Task.WhenAll(clouds.Select(cloud => cloud.RunAsync(parsed.GetValue(busy), 1.5, 3.5, cancellationToken)));
        Write("32, a task every few seconds", hot[0]);
        Write("33, a task every few seconds", hot[1]);
        return 0;
    }
);
return await root.Parse(args).InvokeAsync();

static void Write(string name, IReadOnlyCollection<Latency> latencies)
{
    double[] claimed = [.. latencies.Select(latency => latency.Claimed.TotalSeconds).Order()];
    double[] ended = [.. latencies.Select(latency => latency.Ended.TotalSeconds).Order()];
    Console.WriteLine(
        string.Create(
            CultureInfo.InvariantCulture,
            $"| {name} | {claimed.Length} | {At(claimed, 0.5):0.00} s | {At(claimed, 0.95):0.00} s "
        ) + string.Create(CultureInfo.InvariantCulture, $"| {At(ended, 0.5):0.00} s | {At(ended, 0.95):0.00} s |")
    );
}

static double At(double[] sorted, double part) => sorted[Math.Clamp((int)Math.Ceiling(sorted.Length * part) - 1, 0, sorted.Length - 1)];

using System.CommandLine;
using System.Diagnostics;
using NextcloudChaos;

var server = new Option<FileInfo>("--server") { Description = "The server's program.", Required = true };
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where everything is kept.", Required = true };
var kills = new Option<int>("--kills") { Description = "How often one of the three servers is killed.", DefaultValueFactory = _ => 15 };
var pause = new Option<double>("--pause") { Description = "The seconds between two kills, about.", DefaultValueFactory = _ => 4 };
var loss = new Option<double>("--loss")
{
    Description = "The share of calls that get lost on the way, half of them after they arrived.",
    DefaultValueFactory = _ => 0.02,
};
var sabotage = new Option<Sabotage>("--sabotage") { Description = "Does damage that the verdict must find." };
var root = new RootCommand("Kills a server and the two Nextclouds that it works for, and checks that each task ended there once.")
{
    server,
    folder,
    kills,
    pause,
    loss,
    sabotage,
};
root.SetAction(
    (parsed, cancellationToken) =>
        RunAsync(
            parsed.GetRequiredValue(server).FullName,
            parsed.GetRequiredValue(folder).FullName,
            parsed.GetValue(kills),
            TimeSpan.FromSeconds(parsed.GetValue(pause)),
            parsed.GetValue(loss),
            parsed.GetValue(sabotage),
            cancellationToken
        )
);
return await root.Parse(args).InvokeAsync();

static async Task<int> RunAsync(
    string program,
    string folder,
    int kills,
    TimeSpan pause,
    double loss,
    Sabotage sabotage,
    CancellationToken cancellationToken
)
{
    var watch = Stopwatch.StartNew();
    using var bridge = new ServerProgram(program, folder, "bridge", "--Providers:ReadyMade:Enabled=false");
    await using var one = await Cloud.StartAsync(program, folder, "one", bridge.Address, cancellationToken);
    await using var two = await Cloud.StartAsync(program, folder, "two", bridge.Address, cancellationToken);
    Cloud[] clouds = [one, two];
    foreach (var cloud in clouds)
        await cloud.ConnectAsync(bridge, cancellationToken);
    await bridge.StartAsync(cancellationToken);

    using var stopping = new CancellationTokenSource();
    var clients = Task.WhenAll(
        clouds.Select(cloud => cloud.ScheduleAsync(TimeSpan.FromMilliseconds(200), stopping.Token, cancellationToken))
    );
    foreach (var cloud in clouds)
        cloud.Front.LossRate = loss;
    ServerProgram[] victims = [bridge, one.Server, bridge, two.Server];
    for (var kill = 0; kill < kills; kill++)
    {
        await Task.Delay(pause * (0.5 + Random.Shared.NextDouble()), cancellationToken);
        await victims[kill % victims.Length].KillAsync(TimeSpan.FromSeconds(Random.Shared.NextDouble() * 2), cancellationToken);
    }

    await stopping.CancelAsync();
    await clients;
    foreach (var cloud in clouds)
        cloud.Front.LossRate = 0;
    await one.DamageAsync(sabotage, cancellationToken);
    var faults = new List<string>();
    foreach (var cloud in clouds)
        faults.AddRange(await Verdict.OfAsync(cloud, TimeSpan.FromMinutes(5), cancellationToken));

    Console.WriteLine(
        $"{clouds.Sum(cloud => cloud.Accepted.Count)} tasks of two Nextclouds; {bridge.Kills} kills of the server between them, "
            + $"{one.Server.Kills + two.Server.Kills} of the Nextclouds; {loss:P0} of the calls lost; {watch.Elapsed.TotalSeconds:0} s"
    );
    foreach (var fault in faults.Take(50))
        Console.WriteLine($"FAULT: {fault}");
    Console.WriteLine(faults.Count == 0 ? "Nothing lost, nothing left running, nothing told twice" : $"{faults.Count} faults");
    return faults.Count == 0 ? 0 : 1;
}

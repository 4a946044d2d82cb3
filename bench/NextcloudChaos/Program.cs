using System.CommandLine;
using NextcloudChaos;

var server = new Option<FileInfo>("--server") { Description = "The server's program.", Required = true };
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where everything is kept.", Required = true };
var kills = new Option<int>("--kills") { Description = "How often one of the programs is killed.", DefaultValueFactory = _ => 15 };
var pause = new Option<double>("--pause") { Description = "The seconds between two kills, about.", DefaultValueFactory = _ => 4 };
var loss = new Option<double>("--loss")
{
    Description = "The share of calls that get lost on the way, half of them after they arrived.",
    DefaultValueFactory = _ => 0.02,
};
var postgres = new Option<DirectoryInfo?>("--postgres")
{
    Description = "PostgreSQL's bin directory: the nodes use an instance of its own instead of SQLite, and that is killed too.",
};
var nodes = new Option<int>("--nodes")
{
    Description = "How many servers work for the Nextclouds; more than one need PostgreSQL.",
    DefaultValueFactory = _ => 1,
};
var sabotage = new Option<Sabotage>("--sabotage") { Description = "Does damage that the verdict must find." };
var root = new RootCommand(
    "Kills servers, the two Nextclouds that they work for, and a worker, and checks that each task ended there once."
)
{
    server,
    folder,
    kills,
    pause,
    loss,
    postgres,
    nodes,
    sabotage,
};
root.SetAction(
    (parsed, cancellationToken) =>
        Run.RunAsync(
            new RunOptions
            {
                Server = parsed.GetRequiredValue(server).FullName,
                Folder = parsed.GetRequiredValue(folder).FullName,
                Kills = parsed.GetValue(kills),
                Pause = TimeSpan.FromSeconds(parsed.GetValue(pause)),
                Loss = parsed.GetValue(loss),
                PostgreSqlPrograms = parsed.GetValue(postgres)?.FullName,
                Nodes = parsed.GetValue(nodes),
                Sabotage = parsed.GetValue(sabotage),
            },
            cancellationToken
        )
);

// A worker process; a run starts these itself.
var address = new Argument<string>("ADDRESS");
var worker = new Command("worker") { address };
worker.Hidden = true;
worker.SetAction((parsed, cancellationToken) => Worker.RunAsync(new Uri(parsed.GetRequiredValue(address)), cancellationToken));
root.Add(worker);

return await root.Parse(args).InvokeAsync();

using System.CommandLine;
using Chaos;

var server = new Option<FileInfo>("--server") { Description = "The server's program.", Required = true };
var nodes = new Option<int>("--nodes")
{
    Description = "How many servers share the database; more than one need --postgres.",
    DefaultValueFactory = _ => 1,
};
var kills = new Option<int>("--kills") { Description = "How often a server is killed.", DefaultValueFactory = _ => 50 };
var pause = new Option<double>("--pause")
{
    Description = "How many seconds it runs between two kills, about.",
    DefaultValueFactory = _ => 2,
};
var clients = new Option<int>("--clients") { Description = "How many clients schedule at a time.", DefaultValueFactory = _ => 48 };
var workers = new Option<int>("--workers")
{
    Description = "How many worker processes there are; each works on eight tasks at a time.",
    DefaultValueFactory = _ => 3,
};
var postgres = new Option<DirectoryInfo?>("--postgres")
{
    Description = "PostgreSQL's bin directory: uses an instance of its own instead of SQLite, and kills and freezes that too.",
};
var sabotage = new Option<Sabotage>("--sabotage") { Description = "Does damage that the verdict must find." };
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where everything is kept.", Required = true };
var root = new RootCommand("Kills servers under load, again and again, and checks that nothing was lost and nothing done twice.")
{
    server,
    nodes,
    kills,
    pause,
    clients,
    workers,
    postgres,
    sabotage,
    folder,
};
root.SetAction(
    (parsed, cancellationToken) =>
        Run.RunAsync(
            new ChaosOptions
            {
                Server = parsed.GetRequiredValue(server).FullName,
                Nodes = parsed.GetValue(nodes),
                Kills = parsed.GetValue(kills),
                Pause = TimeSpan.FromSeconds(parsed.GetValue(pause)),
                Clients = parsed.GetValue(clients),
                Workers = parsed.GetValue(workers),
                PostgreSqlPrograms = parsed.GetValue(postgres)?.FullName,
                Sabotage = parsed.GetValue(sabotage),
                Folder = parsed.GetRequiredValue(folder).FullName,
            },
            cancellationToken
        )
);

// A worker process; the farm starts these itself.
var addresses = new Argument<string>("ADDRESSES");
var journal = new Argument<FileInfo>("JOURNAL");
var name = new Argument<string>("NAME");
var forge = new Option<bool>("--forge");
var worker = new Command("worker") { addresses, journal, name, forge };
worker.Hidden = true;
worker.SetAction(
    (parsed, cancellationToken) =>
        Worker.RunAsync(
            [.. parsed.GetRequiredValue(addresses).Split(' ').Select(address => new Uri(address))],
            parsed.GetRequiredValue(journal).FullName,
            parsed.GetRequiredValue(name),
            parsed.GetValue(forge),
            cancellationToken
        )
);
root.Add(worker);

return await root.Parse(args).InvokeAsync();

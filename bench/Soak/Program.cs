using System.CommandLine;
using Soak;

var server = new Option<FileInfo>("--server") { Description = "The server's program.", Required = true };
var minutes = new Option<double>("--minutes") { Description = "How long the load lasts.", DefaultValueFactory = _ => 10 };
var rate = new Option<double>("--rate")
{
    Description = "How many scenes begin in a second, of some six requests each.",
    DefaultValueFactory = _ => 8,
};
var restarts = new Option<int?>("--restarts")
{
    Description = "How often the server is stopped and started; every second time it is killed. Default one for each minute.",
};
var postgres = new Option<DirectoryInfo?>("--postgres")
{
    Description = "PostgreSQL's bin directory: uses an instance of its own instead of SQLite.",
};
var sabotage = new Option<Sabotage>("--sabotage") { Description = "Has something grow that the verdict must find." };
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where everything is kept.", Required = true };
var write = new Option<DirectoryInfo?>("--write") { Description = "The directory docs, which gets the figures and the plot." };
var root = new RootCommand("Loads a server for minutes in which hours pass for it, and checks that in the end all is as it was.")
{
    server,
    minutes,
    rate,
    restarts,
    postgres,
    sabotage,
    folder,
    write,
};
root.SetAction(
    (parsed, cancellationToken) =>
        Run.RunAsync(
            new SoakOptions
            {
                Server = parsed.GetRequiredValue(server).FullName,
                Load = TimeSpan.FromMinutes(parsed.GetValue(minutes)),
                Rate = parsed.GetValue(rate),
                Restarts = parsed.GetValue(restarts) ?? (int)Math.Max(2, parsed.GetValue(minutes)),
                PostgreSqlPrograms = parsed.GetValue(postgres)?.FullName,
                Sabotage = parsed.GetValue(sabotage),
                Folder = parsed.GetRequiredValue(folder).FullName,
                Documents = parsed.GetValue(write)?.FullName,
            },
            cancellationToken
        )
);

// A stop takes the server along.
return await root.Parse(args).InvokeAsync(new InvocationConfiguration { ProcessTerminationTimeout = TimeSpan.FromSeconds(20) });

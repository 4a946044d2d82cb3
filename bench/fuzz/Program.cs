using System.CommandLine;
using Fuzz;
using TaskProcessing.Server.Tests.Fuzzing.Targets;

var minutes = new Option<double>("--minutes") { Description = "How long it runs.", DefaultValueFactory = _ => 10 };
var seed = new Option<int>("--seed")
{
    Description = "The same seed makes the same cases. Default: the number of today.",
    DefaultValueFactory = _ => (int)(DateTime.UtcNow - DateTime.UnixEpoch).TotalDays,
};
var target = new Option<string[]>("--target")
{
    Description = "The surfaces, in turns. Default: all of them.",
    AllowMultipleArgumentsPerToken = true,
    DefaultValueFactory = _ => [.. FuzzTargets.Requests, .. FuzzTargets.Direct],
};
target.AcceptOnlyFromAmong([.. FuzzTargets.Requests, .. FuzzTargets.Direct]);
var number = new Option<int?>("--case") { Description = "Only the case of this number." };
var postgres = new Option<bool>("--postgres")
{
    Description = "Uses the PostgreSQL server of TASKPROCESSING_TEST_POSTGRES instead of SQLite.",
};
var folder = new Option<DirectoryInfo>("--folder") { Description = "Where finds are kept.", Required = true };
var root = new RootCommand("Sends damaged input to each surface of a server, and looks for what breaks.")
{
    minutes,
    seed,
    target,
    number,
    postgres,
    folder,
};
root.SetAction(
    (parsed, cancellationToken) =>
        new Run(
            parsed.GetRequiredValue(target),
            parsed.GetValue(seed),
            parsed.GetValue(postgres),
            parsed.GetRequiredValue(folder).FullName
        ).RunAsync(TimeSpan.FromMinutes(parsed.GetValue(minutes)), parsed.GetValue(number), cancellationToken)
);
return await root.Parse(args).InvokeAsync();

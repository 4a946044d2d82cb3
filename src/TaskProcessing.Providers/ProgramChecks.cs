using Microsoft.Extensions.Options;
using TaskProcessing.Providers.Commands;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Providers.Commands.ReadyMade;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers;

/// <summary>Looks for the programs of the configuration and for those that the server knows.</summary>
internal sealed class ProgramChecks(
    IOptions<LocalProviderOptions> options,
    RunProgram runProgram,
    RunDirectories directories,
    ILogger<ProgramChecks> logger
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ReadyMadeSearch _search = new(
        new ReadyMadeKit(runProgram, directories, options.Value.ReadyMade),
        runProgram,
        directories,
        Patience,
        logger
    );

    public async Task<IReadOnlyList<ProviderFinding>> RunAsync(CancellationToken cancellationToken)
    {
        var known = ReadyMadeProgram
            .Wanted(options.Value.ReadyMade)
            .Select(wanted => LookAsync(wanted.Program, wanted.Use, cancellationToken));
        return [.. options.Value.Commands.Select(command => Look(command.Key, command.Value)), .. await Task.WhenAll(known)];
    }

    /// <summary>A program of the configuration is only looked for: it is not known what it does when it is asked for its version.</summary>
    private ProviderFinding Look(string name, CommandOptions command) =>
        ProgramPath.Find(command.Program) is not { } path
            ? new($"{name}: {command.Program} is not installed", $"install it, or correct Providers:Commands:{name}:Program", true)
        : command.MaxMemoryBytes > 0 && !runProgram.CanLimit
            ? new($"{name}: its memory cannot be limited", "install prlimit (util-linux), or leave MaxMemoryBytes out", true)
        : new($"{name}: {path} serves {command.TaskType}");

    private async Task<ProviderFinding> LookAsync(ReadyMadeProgram program, ReadyMadeUse use, CancellationToken cancellationToken)
    {
        var missing = program.Programs.Where(name => ProgramPath.Find(name) is null).ToList();
        if (missing.Count > 0)
            return use == ReadyMadeUse.On
                ? new(
                    $"{program.Name} is wanted, but {string.Join(", ", missing)} is not installed",
                    "install it: docs/local-providers.md",
                    true
                )
                : new($"{program.Name} is not installed, and need not be");

        var found = await _search.FindAsync(program, cancellationToken);
        return found.Provider is null
            ? new(
                $"{program.Name} is installed, but cannot be used{(found.Problem is null ? "" : $": {found.Problem}")}",
                "install its languages or voices: docs/local-providers.md",
                use == ReadyMadeUse.On
            )
            : new($"{await DescribeAsync(program, cancellationToken)} serves {found.Provider.Descriptor.TaskType}");
    }

    private async Task<string> DescribeAsync(ReadyMadeProgram program, CancellationToken cancellationToken)
    {
        if (program.Version.Count == 0)
            return program.Name;

        try
        {
            var answer = await _search.AskAsync(ProgramPath.Find(program.Programs[0])!, program.Version, cancellationToken);
            // The rest of the line, as espeak-ng has it, is something else.
            var line = answer.Split(["\n", "  "], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).FirstOrDefault();
            return line is null ? program.Name : Shortened(line);
        }
        catch (TaskFailedException)
        {
            return program.Name;
        }
    }

    private static string Shortened(string line) => line.Length <= 60 ? line : $"{line[..60]}…";
}

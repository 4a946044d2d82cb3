using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>Looks for a program that the server knows, and asks it what it can do.</summary>
internal sealed class ReadyMadeSearch(
    ReadyMadeKit kit,
    RunProgram runProgram,
    RunDirectories directories,
    TimeSpan patience,
    ILogger logger
)
{
    public async Task<ReadyMadeFound> FindAsync(ReadyMadeProgram program, CancellationToken cancellationToken)
    {
        var paths = program.Programs.Select(ProgramPath.Find).OfType<string>().ToList();
        if (paths.Count < program.Programs.Count || (kit.Options.MaxMemoryBytes > 0 && !runProgram.CanLimit))
            return new ReadyMadeFound("", Provider: null);

        try
        {
            var answer = program.Question.Count == 0 ? "" : await AskAsync(paths[0], program.Question, cancellationToken);
            return new ReadyMadeFound($"{string.Join('\n', paths)}\n{answer}", program.Create(kit, paths, answer));
        }
        catch (TaskFailedException failure)
        {
            return new ReadyMadeFound(failure.Message, Provider: null) { Problem = failure.Message };
        }
    }

    /// <returns>What it writes to standard output.</returns>
    /// <exception cref="TaskFailedException">It cannot be run, or says that it failed.</exception>
    public async Task<string> AskAsync(string path, IReadOnlyList<string> question, CancellationToken cancellationToken)
    {
        using var directory = directories.Create();
        return await runProgram.RunAsync(
            new ProgramCall(path, question, directory) { TimeLimit = patience, Limits = kit.Options.Limits() },
            logger,
            cancellationToken
        );
    }
}

/// <param name="State">Another text whenever anything about the program is another.</param>
/// <param name="Provider">What was made of it; null when it is not installed or of no use.</param>
internal sealed record ReadyMadeFound(string State, TaskProvider? Provider)
{
    /// <summary>Why it could not be asked.</summary>
    public string? Problem { get; init; }
}

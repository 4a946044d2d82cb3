using TaskProcessing.Server.Cli;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>Runs commands in this process, on a data directory.</summary>
internal sealed class CommandLineDriver(string dataDirectory)
{
    public Task<CommandResult> RunAsync(params string[] args) => RunWithInputAsync("", args);

    public async Task<CommandResult> RunWithInputAsync(string input, params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync(
            [.. args, $"--DataDirectory={dataDirectory}"],
            new CommandStreams(new StringReader(input), output, error),
            CancellationToken.None
        );
        return new CommandResult(exitCode, output.ToString(), error.ToString());
    }

    /// <summary>Runs a command that must succeed; answers its output.</summary>
    public async Task<string> SucceedAsync(params string[] args)
    {
        var result = await RunAsync(args);
        result.Error.Should().BeEmpty();
        result.ExitCode.Should().Be(0);
        return result.Out;
    }
}

internal sealed record CommandResult(int ExitCode, string Out, string Error);

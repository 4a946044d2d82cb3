using System.Text.RegularExpressions;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands;

/// <summary>A program from the configuration.</summary>
/// <param name="plan">The command.</param>
/// <param name="program">The program's path.</param>
/// <param name="runProgram">Runs it.</param>
/// <param name="directories">The working directories of runs.</param>
internal sealed class CommandProvider(CommandPlan plan, string program, RunProgram runProgram, RunDirectories directories) : TaskProvider
{
    private readonly Regex? _progress = plan.Options.Progress is { } pattern ? CommandPlan.ProgressPattern(pattern) : null;

    public override ProviderDescriptor Descriptor { get; } = plan.Describe();

    public override int Concurrency => plan.Options.Concurrency;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        using var directory = directories.Create();
        var run = new CommandRun(plan, context, directory);
        var arguments = await run.ArgumentsAsync();
        await using var input = await run.InputAsync();
        var call = new ProgramCall(program, arguments, directory)
        {
            Input = input,
            Environment = plan.Options.Environment,
            TimeLimit = TimeSpan.FromSeconds(plan.Options.TimeLimitSeconds),
            Limits = plan.Options.Limits(),
            MaxOutputBytes = plan.Options.MaxOutputBytes,
            OnLine = _progress is null ? null : line => ReportAsync(context, line),
        };
        var written = await runProgram.RunAsync(call, context.Logger, context.CancellationToken);
        return await run.OutputAsync(_progress is null ? written : WithoutProgress(written));
    }

    private async ValueTask ReportAsync(TaskRunContext context, string line)
    {
        if (context.CancellationToken.IsCancellationRequested || _progress!.Match(line) is not { Success: true } match)
            return;

        var fraction =
            match.Groups["done"].Success && match.Groups["total"].Success
                ? CommandValue.Number(match.Groups["done"].Value) / CommandValue.Number(match.Groups["total"].Value)
                : CommandValue.Number(match.Groups[1].Value) / 100;
        if (fraction is { } progress)
            await context.ReportProgressAsync(progress);
    }

    private string WithoutProgress(string written) =>
        string.Join('\n', written.Split('\n').Where(line => !_progress!.IsMatch(line.TrimEnd('\r'))));
}

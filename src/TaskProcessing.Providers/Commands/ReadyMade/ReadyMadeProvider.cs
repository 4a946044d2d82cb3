using System.Collections.Immutable;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands.ReadyMade;

/// <summary>A provider that runs a program that the server knows.</summary>
internal abstract class ReadyMadeProvider(ReadyMadeKit kit) : TaskProvider
{
    /// <summary>
    /// <see cref="Concurrency"/> decides the number of tasks at once; without this tesseract would take every processor
    /// for one of them.
    /// </summary>
    private static readonly Dictionary<string, string> OneThread = new() { ["OMP_THREAD_LIMIT"] = "1" };

    /// <summary>The shared tools.</summary>
    protected ReadyMadeKit Kit => kit;

    public sealed override int Concurrency => kit.Options.Concurrency ?? Math.Max(1, Environment.ProcessorCount / 2);

    public sealed override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        using var directory = kit.Directories.Create();
        return await RunAsync(context, directory);
    }

    protected static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> Choices(string slot, IEnumerable<ShapeEnumValue> values) =>
        ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty.Add(slot, [.. values]);

    /// <summary>A choice of the task, which may have been scheduled when another provider with other choices served the type.</summary>
    /// <exception cref="TaskFailedException">The choice is not available here.</exception>
    protected static string Choice(TaskRunContext context, string slot, ImmutableArray<ShapeEnumValue> choices, string? standard = null)
    {
        var value = context.TextOrNull(slot) ?? standard ?? "";
        return choices.Any(choice => choice.Value == value)
            ? value
            : throw new TaskFailedException(
                $"\"{value}\" is no choice of this provider for \"{slot}\".",
                $"\"{value}\" is not available here."
            );
    }

    protected abstract Task<TaskOutput> RunAsync(TaskRunContext context, RunDirectory directory);

    /// <returns>The program's standard output.</returns>
    protected Task<string> RunAsync(
        TaskRunContext context,
        RunDirectory directory,
        string program,
        IReadOnlyList<string> arguments,
        Stream? input = null
    ) =>
        kit.RunProgram.RunAsync(
            new ProgramCall(program, arguments, directory)
            {
                Input = input,
                TimeLimit = TimeSpan.FromSeconds(kit.Options.TimeLimitSeconds),
                Limits = kit.Options.Limits(),
                Environment = OneThread,
            },
            context.Logger,
            context.CancellationToken
        );
}

/// <summary>The tools that all ready-made providers share.</summary>
internal sealed record ReadyMadeKit(RunProgram RunProgram, RunDirectories Directories, ReadyMadeOptions Options);

using Microsoft.Extensions.Options;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Commands;

/// <summary>Checks the configured commands against the task types that they serve.</summary>
internal sealed class CommandCheck(IOptions<TaskTypeOptions> taskTypes) : IValidateOptions<ProviderOptions>
{
    public ValidateOptionsResult Validate(string? name, ProviderOptions options)
    {
        if (options.Commands.Count == 0)
            return ValidateOptionsResult.Success;

        try
        {
            var types = taskTypes.Value.OwnTypes().ToList();
            var problems = options.Commands.SelectMany(command => Problems(command.Key, command.Value, types)).ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
        catch (OptionsValidationException)
        {
            // The task types are wrong themselves, and their own check says how.
            return ValidateOptionsResult.Success;
        }
    }

    private static IEnumerable<string> Problems(string name, CommandOptions options, IReadOnlyList<TaskType> types)
    {
        var section = $"Providers:Commands:{name}";
        if (options.TaskType.Length == 0)
            return [];
        if (types.LastOrDefault(type => type.Id == options.TaskType) is not { } type)
            return [$"{section}:TaskType names no task type: \"{options.TaskType}\" is neither built in nor in TaskTypes:Custom"];

        return CommandProblems.Of(new CommandPlan(name, options, type)).Select(problem => $"{section}:{problem.Key} {problem.Problem}");
    }
}

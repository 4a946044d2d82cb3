using Microsoft.Extensions.Options;
using TaskProcessing.Providers.Commands;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>Checks the configured commands against the task types that they serve.</summary>
internal sealed class CommandCheck(IOptions<TaskTypeOptions> taskTypes) : IValidateOptions<ProviderOptions>
{
    public ValidateOptionsResult Validate(string? name, ProviderOptions options)
    {
        if (options.Commands.Count == 0)
            return ValidateOptionsResult.Success;

        try
        {
            var problems = CommandProblems
                .Of(options.Commands, taskTypes.Value.ToKnownTypes())
                .Select(problem => $"Providers:{nameof(options.Commands)}:{problem.Key} {problem.Problem}")
                .ToList();
            return problems.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(problems);
        }
        catch (OptionsValidationException)
        {
            // The task types have mistakes themselves, and their own check reports them.
            return ValidateOptionsResult.Success;
        }
    }
}

using System.Text.RegularExpressions;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Providers.Commands;

/// <summary>Finds the mistakes in a command before it is ever run.</summary>
internal static class CommandProblems
{
    /// <returns>The key below <c>Commands</c>, and a sentence that begins after it.</returns>
    public static IEnumerable<(string Key, string Problem)> Of(
        IReadOnlyDictionary<string, CommandOptions> commands,
        KnownTaskTypes types
    ) =>
        from command in commands
        from problem in Of(command.Key, command.Value, types)
        select ($"{command.Key}:{problem.Key}", problem.Problem);

    private static IEnumerable<(string Key, string Problem)> Of(string name, CommandOptions options, KnownTaskTypes types)
    {
        if (options.TaskType.Length == 0)
            return [];
        if (types.Find(options.TaskType) is not { } type)
            return
            [
                (
                    nameof(CommandOptions.TaskType),
                    $"names no task type: \"{options.TaskType}\" is neither built in nor in TaskTypes:Custom"
                ),
            ];

        return Of(new CommandPlan(name, options, type));
    }

    private static IEnumerable<(string Key, string Problem)> Of(CommandPlan plan) =>
        [.. OfSlots(plan), .. OfArguments(plan), .. OfInput(plan), .. OfOutput(plan), .. OfProgress(plan.Options.Progress)];

    private static IEnumerable<(string, string)> OfSlots(CommandPlan plan)
    {
        foreach (
            var (key, slots) in new[]
            {
                (nameof(CommandOptions.OptionalInput), plan.InputSlots),
                (nameof(CommandOptions.OptionalOutput), plan.OutputSlots),
            }
        )
        {
            if (slots.Any(slot => slot.Key.Length == 0))
                yield return (key, "has a slot without a Key");
            foreach (var twice in slots.CountBy(slot => slot.Key).Where(keys => keys.Value > 1).Select(keys => keys.Key))
                yield return (key, $"has the slot \"{twice}\", which is there already");
        }

        foreach (
            var slot in plan.InputSlots.Where(slot =>
                slot.Type == ShapeType.Enum && plan.Options.Choices.GetValueOrDefault(slot.Key) is not { Count: > 0 }
            )
        )
            yield return ($"{nameof(CommandOptions.Choices)}:{slot.Key}", "is missing: an Enum slot needs choices");
        foreach (var key in plan.Options.Choices.Keys.Where(key => plan.InputSlot(key)?.Type != ShapeType.Enum))
            yield return ($"{nameof(CommandOptions.Choices)}:{key}", "names no Enum slot of the input");
        foreach (var (key, kinds) in plan.Options.Accepts)
        {
            if (plan.InputSlot(key)?.Type.IsFile() != true)
                yield return ($"{nameof(CommandOptions.Accepts)}:{key}", "names no file slot of the input");
            foreach (var kind in kinds.Where(kind => kind.Split('/') is not [{ Length: > 0 }, { Length: > 0 }]))
                yield return (
                    $"{nameof(CommandOptions.Accepts)}:{key}",
                    $"has \"{kind}\", which is no media type such as image/png or image/*"
                );
        }

        foreach (var (key, value) in plan.Options.Defaults)
        {
            if (DefaultProblem(plan, key, value) is { } problem)
                yield return ($"{nameof(CommandOptions.Defaults)}:{key}", problem);
        }
    }

    private static string? DefaultProblem(CommandPlan plan, string key, string value) =>
        plan.InputSlot(key)?.Type switch
        {
            null => "names no slot of the input",
            ShapeType.Number => CommandValue.Number(value) is null ? "must be a number" : null,
            ShapeType.Enum => plan.Options.Choices.GetValueOrDefault(key)?.Exists(choice => choice.Value == value) == true
                ? null
                : "is none of the slot's choices",
            ShapeType.Text => null,
            _ => "names a slot that cannot have a default: only texts, numbers and choices can",
        };

    private static IEnumerable<(string, string)> OfArguments(CommandPlan plan)
    {
        var afterOptions = false;
        for (var i = 0; i < plan.Arguments.Length; i++)
        {
            var argument = plan.Arguments[i];
            var key = $"{nameof(CommandOptions.Arguments)}:{i}";
            foreach (
                var problem in argument.Placeholders.Select(placeholder => PlaceholderProblem(plan, argument, placeholder)).OfType<string>()
            )
                yield return (key, problem);

            // A value from outside must never become an option of the program.
            if (!afterOptions && argument.First is { Word: Template.Input, Slot: { } slot } && MayBeginWithDash(plan, slot))
                yield return (
                    key,
                    $"begins with {argument.First}, whose value could be taken for an option: put it behind \"--\", "
                        + $"into a longer argument such as --text={argument.First}, or into {nameof(CommandOptions.StandardInput)}"
                );
            afterOptions |= argument.Text == "--";
        }
    }

    private static bool MayBeginWithDash(CommandPlan plan, string slot) =>
        plan.InputSlot(slot)?.Type switch
        {
            ShapeType.Enum => plan.Options.Choices.GetValueOrDefault(slot)?.Exists(choice => choice.Value.StartsWith('-')) == true,
            ShapeType.Number or ShapeType.ListOfNumbers => false,
            { } type => !type.IsFile(),
            null => plan.IsFreeForm,
        };

    private static string? PlaceholderProblem(CommandPlan plan, Template template, Placeholder placeholder)
    {
        var slot = placeholder switch
        {
            { Word: Template.Input, Slot: { } key } => plan.InputSlot(key),
            { Word: Template.Output, Slot: { } key } => plan.OutputSlot(key),
            _ => null,
        };
        return placeholder switch
        {
            { Word: Template.Directory, Slot: not null } =>
                $"has {placeholder}, which names a slot though {{{Template.Directory}}} has none",
            { Word: Template.Output, Slot: null } => $"has {placeholder}, which names no slot",
            { Word: Template.Output } when slot is null => $"has {placeholder}, which names no slot of the output",
            { Word: Template.Input, Slot: not null } when slot is null && !plan.IsFreeForm =>
                $"has {placeholder}, which names no slot of the input",
            { Word: Template.Input } when slot?.Type.IsList() == true && template.Whole is null =>
                $"has {placeholder} beside other text, though it stands for a list",
            _ => null,
        };
    }

    private static IEnumerable<(string, string)> OfInput(CommandPlan plan) =>
        from template in new[] { plan.Input }.OfType<Template>()
        from placeholder in template.Placeholders
        let problem = placeholder.Word == Template.Input
            ? PlaceholderProblem(plan, template, placeholder)
            : $"has {placeholder}, which only arguments may have"
        where problem is not null
        select (nameof(CommandOptions.StandardInput), problem);

    private static IEnumerable<(string, string)> OfOutput(CommandPlan plan)
    {
        var options = plan.Options;
        foreach (var (key, name) in options.OutputNames)
        {
            if (!plan.NamedOutputs.Contains(key))
                yield return (
                    $"{nameof(CommandOptions.OutputNames)}:{key}",
                    $"names no slot that an argument has as {{{Template.Output}.{key}}}"
                );
            if (
                name.Length == 0
                || name is "." or ".."
                || name.Contains('/', StringComparison.Ordinal)
                || name.Contains('\\', StringComparison.Ordinal)
            )
                yield return ($"{nameof(CommandOptions.OutputNames)}:{key}", "must be a file name without a folder");
        }

        if (options.OutputSlot is { } slot && (plan.OutputSlot(slot) is not { } found || found.Type.IsFile()))
            yield return (nameof(CommandOptions.OutputSlot), "names no slot of the output that can hold a text");
        else if (options.StandardOutput == StandardOutputKind.Text && plan.TextSlots.Count > 1)
            yield return (
                nameof(CommandOptions.OutputSlot),
                $"must say which slot standard output is: {string.Join(", ", plan.TextSlots.Select(text => text.Key))}"
            );
        if (options.StandardOutput == StandardOutputKind.Json)
            yield break;
        if (plan.IsFreeForm)
            yield return (
                nameof(CommandOptions.StandardOutput),
                $"must be {StandardOutputKind.Json}, as the task type has no slots of its own"
            );

        var written = options.StandardOutput == StandardOutputKind.Text ? plan.TextSlots.Select(text => text.Key) : [];
        foreach (
            var missing in plan.Type.OutputShape.Where(shape => !plan.NamedOutputs.Contains(shape.Key) && !written.Contains(shape.Key))
        )
            yield return (
                nameof(CommandOptions.Arguments),
                $"must have {{{Template.Output}.{missing.Key}}}, as the output needs that slot and standard output does not hold it"
            );
    }

    private static IEnumerable<(string, string)> OfProgress(string? pattern)
    {
        if (pattern is null)
            yield break;

        Regex regex;
        string? problem = null;
        try
        {
            regex = CommandPlan.ProgressPattern(pattern);
            var names = regex.GetGroupNames();
            if (names.Length < 2 || (names.Contains("done") != names.Contains("total")))
                problem = "needs a group with the percentage, or the groups done and total";
        }
        catch (Exception error) when (error is ArgumentException or NotSupportedException)
        {
            problem = $"is no pattern that can be used: {error.Message}";
        }

        if (problem is not null)
            yield return (nameof(CommandOptions.Progress), problem);
    }
}

using System.Collections.Immutable;
using System.Text.RegularExpressions;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Providers.Commands;

/// <summary>A parsed command: the meaning of its placeholders and slots.</summary>
internal sealed class CommandPlan
{
    public CommandPlan(string name, CommandOptions options, KnownTaskType type)
    {
        Name = name;
        Options = options;
        Type = type.Descriptor;
        IsFreeForm = type.IsFreeForm;
        Arguments = [.. options.Arguments.Select(Template.Parse)];
        Input = options.StandardInput is null ? null : Template.Parse(options.StandardInput);
        InputSlots = [.. Type.InputShape, .. options.OptionalInput.Select(slot => slot.ToDescriptor())];
        OutputSlots = [.. Type.OutputShape, .. options.OptionalOutput.Select(slot => slot.ToDescriptor())];
        NamedOutputs =
        [
            .. Arguments
                .SelectMany(argument => argument.Placeholders)
                .Where(placeholder => placeholder.Word == Template.Output)
                .Select(placeholder => placeholder.Slot!),
        ];
    }

    public string Name { get; }

    public CommandOptions Options { get; }

    public TaskTypeDescriptor Type { get; }

    /// <summary>True when the type's input and output are any JSON object.</summary>
    public bool IsFreeForm { get; }

    public ImmutableArray<Template> Arguments { get; }

    /// <summary>The template of standard input.</summary>
    public Template? Input { get; }

    public ImmutableArray<ShapeDescriptor> InputSlots { get; }

    public ImmutableArray<ShapeDescriptor> OutputSlots { get; }

    /// <summary>The output slots whose values the program writes to files.</summary>
    public ImmutableHashSet<string> NamedOutputs { get; }

    /// <summary>The slots that the text of standard output may be meant for.</summary>
    public IReadOnlyList<ShapeDescriptor> TextSlots =>
        Options.OutputSlot is { } key
            ? [.. OutputSlots.Where(slot => slot.Key == key)]
            : [.. OutputSlots.Where(slot => !NamedOutputs.Contains(slot.Key) && !slot.Type.IsFile() && Type.OutputShape.Contains(slot))];

    public ShapeDescriptor? InputSlot(string key) => InputSlots.FirstOrDefault(slot => slot.Key == key);

    public ShapeDescriptor? OutputSlot(string key) => OutputSlots.FirstOrDefault(slot => slot.Key == key);

    /// <summary>The file behind <c>{output.KEY}</c>, within the run's directory.</summary>
    public string FileName(string slot) =>
        Options.OutputNames.TryGetValue(slot, out var name) ? name : $"output-{OutputSlots.IndexOf(OutputSlot(slot)!) + 1}";

    /// <summary>Never goes back, so that no line can make it slow.</summary>
    /// <exception cref="ArgumentException">The pattern is none.</exception>
    /// <exception cref="NotSupportedException">The pattern wants to look back or ahead.</exception>
    public static Regex ProgressPattern(string pattern) => new(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);

    public ProviderDescriptor Describe()
    {
        var descriptor = new ProviderDescriptor
        {
            Id = $"command:{Name}",
            Name = Options.Name ?? Name,
            TaskType = Type.Id,
            ExpectedRuntime = TimeSpan.FromSeconds(Options.ExpectedSeconds),
            OptionalInputShape = [.. Options.OptionalInput.Select(slot => slot.ToDescriptor())],
            OptionalOutputShape = [.. Options.OptionalOutput.Select(slot => slot.ToDescriptor())],
        };
        var optional = descriptor.OptionalInputShape.Select(slot => slot.Key).ToHashSet();
        var choices = Options.Choices.ToDictionary(
            entry => entry.Key,
            entry => entry.Value.Select(choice => new ShapeEnumValue(choice.Name ?? choice.Value, choice.Value)).ToImmutableArray()
        );
        var defaults = Options.Defaults.ToDictionary(
            entry => entry.Key,
            entry => CommandValue.Default(InputSlot(entry.Key)!.Type, entry.Value)
        );
        return descriptor with
        {
            InputShapeEnumValues = choices.Where(entry => !optional.Contains(entry.Key)).ToImmutableDictionary(),
            OptionalInputShapeEnumValues = choices.Where(entry => optional.Contains(entry.Key)).ToImmutableDictionary(),
            InputShapeDefaults = defaults.Where(entry => !optional.Contains(entry.Key)).ToImmutableDictionary(),
            OptionalInputShapeDefaults = defaults.Where(entry => optional.Contains(entry.Key)).ToImmutableDictionary(),
        };
    }
}

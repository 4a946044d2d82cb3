using System.ComponentModel.DataAnnotations;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>Section <c>TaskTypes</c>: which task types there are beside the built-in ones, and how large an input may be.</summary>
internal sealed class TaskTypeOptions : IValidatableObject
{
    /// <summary>The longest Text of an input, in UTF-8 bytes. Default 512,000, as in Nextcloud.</summary>
    [Range(1, 100_000_000)]
    public int MaxTextBytes { get; set; } = 512_000;

    /// <summary>The ids of types that are never available. Default none.</summary>
    public List<string> Disabled { get; set; } = [];

    /// <summary>Offers the task types <c>pipeline:…</c>. Default true.</summary>
    public bool Pipelines { get; set; } = true;

    /// <summary>Task types of your own. One with the id of a built-in type replaces it. Default none.</summary>
    public List<ConfiguredTaskType> Custom { get; set; } = [];

    /// <summary>The types that exist without registrations; of two with the same id the later one counts.</summary>
    public IEnumerable<TaskType> OwnTypes() =>
        [.. CoreTaskTypes.All, .. Pipelines ? PipelineTaskTypes.All : [], .. Custom.Select(custom => custom.ToTaskType())];

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        Custom.SelectMany(
            (type, index) =>
                type.Problems().Select(problem => new ValidationResult($"({type.Id}): {problem}", [$"{nameof(Custom)}:{index}"]))
        );
}

/// <summary>A task type from configuration.</summary>
internal sealed class ConfiguredTaskType
{
    /// <summary>Such as <c>acme:text2sql</c>; at most 255 characters.</summary>
    public string Id { get; set; } = "";

    /// <summary>The title shown to people.</summary>
    public string Name { get; set; } = "";

    /// <summary>A sentence for people. Default empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>True when user interfaces shall leave it out of their lists. Default false.</summary>
    public bool IsInternal { get; set; }

    /// <summary>The input slots, in their order; all of them are mandatory.</summary>
    public List<ConfiguredSlot> Input { get; set; } = [];

    /// <summary>The output slots, in their order; all of them are mandatory.</summary>
    public List<ConfiguredSlot> Output { get; set; } = [];

    public TaskType ToTaskType() =>
        new(
            Id,
            Name,
            Description,
            [.. Input.Select(slot => slot.ToDescriptor())],
            [.. Output.Select(slot => slot.ToDescriptor())],
            IsInternal
        );

    /// <summary>The mistakes in it; empty when it has none.</summary>
    public IEnumerable<string> Problems()
    {
        if (Id.Length is 0 or > 255)
            yield return "Id must have 1 to 255 characters";
        if (Name.Length == 0)
            yield return "Name must not be empty";

        foreach (var (direction, slots) in new[] { (nameof(Input), Input), (nameof(Output), Output) })
        {
            if (slots.Any(slot => slot.Key.Length == 0))
                yield return $"every slot of {direction} needs a Key";
            foreach (var key in slots.GroupBy(slot => slot.Key).Where(group => group.Count() > 1).Select(group => group.Key))
                yield return $"{direction} has two slots with the key \"{key}\"";
            foreach (var slot in slots.Where(slot => !Enum.IsDefined(slot.Type)))
                yield return $"the slot \"{slot.Key}\" of {direction} has an unknown Type";
        }
    }
}

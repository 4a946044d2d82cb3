using System.ComponentModel.DataAnnotations;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>Section <c>TaskTypes</c>: which task types there are beside the built-in ones, and how large an input may be.</summary>
internal sealed class TaskTypeOptions : ICheckedOptions
{
    /// <summary>How long one Text of an input may be, in UTF-8 bytes. Default 512,000, as in Nextcloud.</summary>
    [Range(1, 100_000_000)]
    public int MaxTextBytes { get; set; } = 512_000;

    /// <summary>The ids of types that shall not be available, whoever serves them. Default none.</summary>
    public List<string> Disabled { get; set; } = [];

    /// <summary>Whether the task types <c>pipeline:…</c> exist. Default true.</summary>
    public bool Pipelines { get; set; } = true;

    /// <summary>Task types of your own. One with the id of a built-in type replaces it. Default none.</summary>
    public List<ConfiguredTaskType> Custom { get; set; } = [];

    /// <summary>The types that are there whoever serves them; of two with the same id the later one counts.</summary>
    public IEnumerable<TaskType> OwnTypes() =>
        [.. CoreTaskTypes.All, .. Pipelines ? PipelineTaskTypes.All : [], .. Custom.Select(custom => custom.ToTaskType())];

    public IEnumerable<(string Key, string Problem)> Problems() =>
        Custom.SelectMany((type, index) => type.Problems().Select(problem => ($"{nameof(Custom)}:{index}", $"({type.Id}): {problem}")));
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

    /// <summary>Whether user interfaces shall leave it out of their lists. Default false.</summary>
    public bool IsInternal { get; set; }

    /// <summary>The input slots, in their order; all of them are mandatory.</summary>
    public List<ConfiguredSlot> Input { get; set; } = [];

    /// <summary>The output slots, in their order; all of them are mandatory.</summary>
    public List<ConfiguredSlot> Output { get; set; } = [];

    public TaskType ToTaskType() =>
        new(Id, Name, Description, [.. Input.Select(slot => slot.ToDescriptor())], [.. Output.Select(slot => slot.ToDescriptor())], IsInternal);

    /// <summary>What is wrong with it; empty when nothing is.</summary>
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

/// <summary>A slot of a task type from configuration.</summary>
internal sealed class ConfiguredSlot
{
    /// <summary>The slot's key in a task's input or output.</summary>
    public string Key { get; set; } = "";

    /// <summary>The title shown to people. Default the key.</summary>
    public string? Name { get; set; }

    /// <summary>A sentence for people. Default empty.</summary>
    public string Description { get; set; } = "";

    /// <summary>Text, Number, ListOfImages …</summary>
    public ShapeType Type { get; set; } = ShapeType.Text;

    public ShapeDescriptor ToDescriptor() => new(Key, Name ?? Key, Description, Type);
}

namespace TaskProcessing.Sdk.Protocol;

/// <summary>One slot of an input or output shape.</summary>
/// <param name="Key">The slot's key in a task's input or output; unique within its shape.</param>
/// <param name="Name">The title shown to people.</param>
/// <param name="Description">A sentence for people on the content of the slot.</param>
/// <param name="Type">The type of the slot's value.</param>
public sealed record ShapeDescriptor(string Key, string Name, string Description, ShapeType Type)
{
    /// <summary>A slot that is titled by its key, as provider apps declare them.</summary>
    public static ShapeDescriptor TitledByKey(string key, string description, ShapeType type) => new(key, key, description, type);
}

/// <summary>One choice of an <see cref="ShapeType.Enum"/> slot.</summary>
/// <param name="Name">The label shown to people.</param>
/// <param name="Value">The value in a task's input.</param>
public sealed record ShapeEnumValue(string Name, string Value);

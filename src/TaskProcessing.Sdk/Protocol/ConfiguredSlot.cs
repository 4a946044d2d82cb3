namespace TaskProcessing.Sdk.Protocol;

/// <summary>A slot as settings write it: a <see cref="ShapeDescriptor"/> with defaults.</summary>
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

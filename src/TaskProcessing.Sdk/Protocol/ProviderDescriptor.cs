using System.Collections.Immutable;
using System.Text.Json;

namespace TaskProcessing.Sdk.Protocol;

/// <summary>
/// The description of a provider: its task type, and the optional slots, choices and defaults that it adds to that type's
/// shapes.
/// </summary>
public sealed record ProviderDescriptor
{
    /// <summary>The provider's id, unique on a server; by custom <c>app:model:type</c> or the like.</summary>
    public required string Id { get; init; }

    /// <summary>The name that administrators read.</summary>
    public required string Name { get; init; }

    /// <summary>The id of the one task type that it serves.</summary>
    public required string TaskType { get; init; }

    /// <summary>The usual duration of a task.</summary>
    public TimeSpan ExpectedRuntime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Input slots that a task may leave out.</summary>
    public ImmutableArray<ShapeDescriptor> OptionalInputShape { get; init; } = [];

    /// <summary>Output slots that a result may leave out.</summary>
    public ImmutableArray<ShapeDescriptor> OptionalOutputShape { get; init; } = [];

    /// <summary>The choices of the type's Enum input slots, by slot key.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> InputShapeEnumValues { get; init; } = NoEnumValues;

    /// <summary>The choices of the optional Enum input slots, by slot key.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> OptionalInputShapeEnumValues { get; init; } = NoEnumValues;

    /// <summary>The choices of the type's Enum output slots, by slot key.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> OutputShapeEnumValues { get; init; } = NoEnumValues;

    /// <summary>The choices of the optional Enum output slots, by slot key.</summary>
    public ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> OptionalOutputShapeEnumValues { get; init; } = NoEnumValues;

    /// <summary>Defaults of the type's input slots, numbers or texts, by slot key.</summary>
    public ImmutableDictionary<string, JsonElement> InputShapeDefaults { get; init; } = NoDefaults;

    /// <summary>Defaults of the optional input slots, numbers or texts, by slot key.</summary>
    public ImmutableDictionary<string, JsonElement> OptionalInputShapeDefaults { get; init; } = NoDefaults;

    /// <summary>
    /// A task type that comes with the provider, when the server need not know <see cref="TaskType"/>; its id is that of
    /// <see cref="TaskType"/>.
    /// </summary>
    public TaskTypeDescriptor? CustomTaskType { get; init; }

    private static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> NoEnumValues =>
        ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>>.Empty;

    private static ImmutableDictionary<string, JsonElement> NoDefaults => ImmutableDictionary<string, JsonElement>.Empty;
}

/// <summary>A task type with its input and output shapes. All its slots are mandatory; providers add optional ones.</summary>
/// <param name="Id">Such as <c>core:text2text:summary</c>.</param>
/// <param name="Name">The title shown to people.</param>
/// <param name="Description">A sentence for people.</param>
/// <param name="InputShape">The input slots, in their order.</param>
/// <param name="OutputShape">The output slots, in their order.</param>
public sealed record TaskTypeDescriptor(
    string Id,
    string Name,
    string Description,
    ImmutableArray<ShapeDescriptor> InputShape,
    ImmutableArray<ShapeDescriptor> OutputShape
);

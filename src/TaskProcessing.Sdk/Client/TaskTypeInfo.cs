using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Client;

/// <summary>A task type that can be scheduled now.</summary>
public sealed record TaskTypeInfo
{
    /// <summary>The id, such as <c>core:text2text:summary</c>.</summary>
    public required string Id { get; init; }

    /// <summary>The title shown to people.</summary>
    public required string Name { get; init; }

    /// <summary>A sentence for people.</summary>
    public required string Description { get; init; }

    /// <summary>Slots that an input must fill, unless there is a default.</summary>
    public ImmutableArray<ShapeDescriptor> InputShape { get; init; } = [];

    /// <summary>Slots that an input may fill.</summary>
    public ImmutableArray<ShapeDescriptor> OptionalInputShape { get; init; } = [];

    /// <summary>Slots that an output fills.</summary>
    public ImmutableArray<ShapeDescriptor> OutputShape { get; init; } = [];

    /// <summary>Slots that an output may fill.</summary>
    public ImmutableArray<ShapeDescriptor> OptionalOutputShape { get; init; } = [];

    /// <summary>The choices of the Enum slots of the input, mandatory and optional, by slot key.</summary>
    public required ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> InputChoices { get; init; }

    /// <summary>The defaults of the input slots, mandatory and optional, by slot key.</summary>
    public required ImmutableDictionary<string, JsonElement> InputDefaults { get; init; }

    /// <summary>True when the type is meant for programs alone, not to be offered to people.</summary>
    public bool IsInternal { get; init; }

    /// <summary>The types in the data of /tasktypes. Servers write an empty map as an empty list; that is read as none.</summary>
    internal static IEnumerable<TaskTypeInfo> ReadAll(JsonElement data) =>
        data.ValueKind == JsonValueKind.Object && data.TryGetProperty("types", out var types) ? Members(types).Select(Read) : [];

    private static TaskTypeInfo Read(JsonProperty type) =>
        new()
        {
            Id = type.Name,
            Name = Text(type.Value, "name"),
            Description = Text(type.Value, "description"),
            InputShape = Shape(type.Value, "inputShape"),
            OptionalInputShape = Shape(type.Value, "optionalInputShape"),
            OutputShape = Shape(type.Value, "outputShape"),
            OptionalOutputShape = Shape(type.Value, "optionalOutputShape"),
            InputChoices = Members(type.Value, "inputShapeEnumValues")
                .Concat(Members(type.Value, "optionalInputShapeEnumValues"))
                .DistinctBy(slot => slot.Name)
                .ToImmutableDictionary(slot => slot.Name, slot => Choices(slot.Value)),
            InputDefaults = Members(type.Value, "inputShapeDefaults")
                .Concat(Members(type.Value, "optionalInputShapeDefaults"))
                .DistinctBy(slot => slot.Name)
                .ToImmutableDictionary(slot => slot.Name, slot => slot.Value.Clone()),
            IsInternal = type.Value.TryGetProperty("isInternal", out var isInternal) && isInternal.ValueKind == JsonValueKind.True,
        };

    private static ImmutableArray<ShapeDescriptor> Shape(JsonElement type, string key) =>
        [
            .. Members(type, key)
                .Select(slot => new ShapeDescriptor(
                    slot.Name,
                    Text(slot.Value, "name"),
                    Text(slot.Value, "description"),
                    TypeOf(slot.Value)
                )),
        ];

    private static ImmutableArray<ShapeEnumValue> Choices(JsonElement list) =>
        list.ValueKind == JsonValueKind.Array
            ? [.. list.EnumerateArray().Select(choice => new ShapeEnumValue(Text(choice, "name"), Text(choice, "value")))]
            : [];

    // A name on all servers; a number where a client asked the server for the manual's form.
    private static ShapeType TypeOf(JsonElement slot) =>
        slot.TryGetProperty("type", out var type) switch
        {
            true when type.ValueKind == JsonValueKind.Number => (ShapeType)type.GetInt32(),
            true when Enum.TryParse<ShapeType>(type.GetString(), out var named) => named,
            _ => throw new JsonException($"A slot has the unknown type {type}."),
        };

    private static string Text(JsonElement json, string key) =>
        json.TryGetProperty(key, out var text) && text.ValueKind == JsonValueKind.String ? text.GetString()! : "";

    private static JsonElement.ObjectEnumerator Members(JsonElement json, string key) =>
        json.TryGetProperty(key, out var map) ? Members(map) : default;

    private static JsonElement.ObjectEnumerator Members(JsonElement map) =>
        map.ValueKind == JsonValueKind.Object ? map.EnumerateObject() : default;
}

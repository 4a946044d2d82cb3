using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Providers;

/// <summary>
/// The JSON in which apps register providers: nc_py_api sends every key, empties as <c>[]</c> or <c>{}</c>, and some
/// Node apps send <c>[]</c> for empty maps too.
/// </summary>
internal static class ProviderDocument
{
    /// <param name="provider">The provider as JSON text.</param>
    /// <param name="customTaskType">The task type that it brings, as JSON text or null.</param>
    /// <returns>The provider, or the mistake in the document.</returns>
    public static (ProviderDescriptor? Provider, string? Problem) Parse(string provider, string? customTaskType)
    {
        try
        {
            var custom = customTaskType is null ? null : ReadTaskType(JsonElement.Parse(customTaskType));
            var descriptor = ReadProvider(JsonElement.Parse(provider)) with { CustomTaskType = custom };
            return custom is null || custom.Id == descriptor.TaskType
                ? (descriptor, null)
                : (null, $"customTaskType.id \"{custom.Id}\" is not provider.task_type \"{descriptor.TaskType}\"");
        }
        catch (Exception problem) when (problem is FormatException or JsonException)
        {
            return (null, problem.Message);
        }
    }

    /// <summary>
    /// The unknown numbers of shape types in a provider: it cannot be offered, because values of such a slot cannot be
    /// checked.
    /// </summary>
    public static IReadOnlyList<int> UnknownShapes(this ProviderDescriptor provider) =>
        [
            .. provider
                .OptionalInputShape.Concat(provider.OptionalOutputShape)
                .Concat(provider.CustomTaskType?.InputShape ?? [])
                .Concat(provider.CustomTaskType?.OutputShape ?? [])
                .Select(slot => slot.Type)
                .Where(type => !Enum.IsDefined(type))
                .Select(type => (int)type)
                .Distinct(),
        ];

    private static ProviderDescriptor ReadProvider(JsonElement json) =>
        new()
        {
            Id = Text(json, "id", "provider"),
            Name = Text(json, "name", "provider"),
            TaskType = Text(json, "task_type", "provider"),
            ExpectedRuntime = TimeSpan.FromSeconds(Math.Clamp(Integer(json, "expected_runtime", "provider"), 0, int.MaxValue)),
            OptionalInputShape = ReadShape(json, "optional_input_shape", "provider"),
            OptionalOutputShape = ReadShape(json, "optional_output_shape", "provider"),
            InputShapeEnumValues = ReadEnumValues(json, "input_shape_enum_values"),
            InputShapeDefaults = ReadDefaults(json, "input_shape_defaults"),
            OptionalInputShapeEnumValues = ReadEnumValues(json, "optional_input_shape_enum_values"),
            OptionalInputShapeDefaults = ReadDefaults(json, "optional_input_shape_defaults"),
            OutputShapeEnumValues = ReadEnumValues(json, "output_shape_enum_values"),
            OptionalOutputShapeEnumValues = ReadEnumValues(json, "optional_output_shape_enum_values"),
        };

    private static TaskTypeDescriptor ReadTaskType(JsonElement json) =>
        new(
            Text(json, "id", "customTaskType"),
            Text(json, "name", "customTaskType"),
            Text(json, "description", "customTaskType"),
            ReadShape(json, "input_shape", "customTaskType"),
            ReadShape(json, "output_shape", "customTaskType")
        );

    private static ImmutableArray<ShapeDescriptor> ReadShape(JsonElement json, string name, string owner)
    {
        var slots = Member(json, name, owner);
        if (slots.ValueKind == JsonValueKind.Object && !slots.EnumerateObject().Any())
            return [];
        if (slots.ValueKind != JsonValueKind.Array)
            throw new FormatException($"{owner}.{name} must be a list");

        return [.. slots.EnumerateArray().Select(slot => ReadSlot(slot, name)).DistinctBy(slot => slot.Key)];
    }

    private static ShapeDescriptor ReadSlot(JsonElement slot, string owner) =>
        ShapeDescriptor.TitledByKey(Text(slot, "name", owner), Text(slot, "description", owner), ReadShapeType(slot, owner));

    /// <summary>May be a number that is not known: apps are made for servers that are newer. See <see cref="UnknownShapes"/>.</summary>
    private static ShapeType ReadShapeType(JsonElement slot, string owner) => (ShapeType)Integer(slot, "shape_type", owner);

    private static ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> ReadEnumValues(JsonElement json, string name) =>
        Map(json, name)
            .ToImmutableDictionary(
                property => property.Name,
                property =>
                    property.Value.ValueKind == JsonValueKind.Array
                        ? property
                            .Value.EnumerateArray()
                            .Select(choice => new ShapeEnumValue(Text(choice, "name", name), Text(choice, "value", name)))
                            .ToImmutableArray()
                        : throw new FormatException($"provider.{name}.{property.Name} must be a list of choices")
            );

    private static ImmutableDictionary<string, JsonElement> ReadDefaults(JsonElement json, string name) =>
        Map(json, name).ToImmutableDictionary(property => property.Name, property => property.Value.Clone());

    private static IEnumerable<JsonProperty> Map(JsonElement json, string name)
    {
        var map = Member(json, name, "provider");
        if (map.ValueKind == JsonValueKind.Array && map.GetArrayLength() == 0)
            return [];

        return map.ValueKind == JsonValueKind.Object
            ? map.EnumerateObject().DistinctBy(property => property.Name)
            : throw new FormatException($"provider.{name} must be a map");
    }

    private static string Text(JsonElement json, string name, string owner) =>
        Member(json, name, owner) is not { ValueKind: JsonValueKind.String } text
            ? throw new FormatException($"{owner}.{name} must be a string")
        : text.GetString()!.Contains('\0', StringComparison.Ordinal)
            ? throw new FormatException($"{owner}.{name} must not contain NUL characters")
        : text.GetString()!;

    private static int Integer(JsonElement json, string name, string owner) =>
        Member(json, name, owner) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value)
            ? value
            : throw new FormatException($"{owner}.{name} must be an integer");

    private static JsonElement Member(JsonElement json, string name, string owner) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value)
            ? value
            : throw new FormatException($"{owner}.{name} is missing");
}

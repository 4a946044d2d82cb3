using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>A task type that can be scheduled, with its shapes and the provider that serves it now.</summary>
internal sealed class AvailableTaskType(TaskType type, ProviderDescriptor provider)
{
    public TaskType Type { get; } = type;

    public ProviderDescriptor Provider { get; } = provider;

    /// <summary>True when a provider serves the type now; tasks of free-form types may wait for one.</summary>
    public bool IsServed { get; } = provider.Id.Length > 0;

    public Shape Input { get; } =
        new(
            type.InputShape,
            provider.OptionalInputShape,
            provider.InputShapeEnumValues,
            provider.OptionalInputShapeEnumValues,
            provider.InputShapeDefaults,
            provider.OptionalInputShapeDefaults
        )
        {
            IsFreeForm = type.IsFreeForm,
        };

    public Shape Output { get; } =
        new(
            type.OutputShape,
            provider.OptionalOutputShape,
            provider.OutputShapeEnumValues,
            provider.OptionalOutputShapeEnumValues,
            ImmutableDictionary<string, JsonElement>.Empty,
            ImmutableDictionary<string, JsonElement>.Empty
        )
        {
            IsFreeForm = type.IsFreeForm,
        };
}

/// <summary>The slots of one direction: the type's mandatory ones, then the provider's optional ones.</summary>
internal sealed class Shape
{
    public Shape(
        ImmutableArray<ShapeDescriptor> mandatory,
        ImmutableArray<ShapeDescriptor> optional,
        IReadOnlyDictionary<string, ImmutableArray<ShapeEnumValue>> enumValues,
        IReadOnlyDictionary<string, ImmutableArray<ShapeEnumValue>> optionalEnumValues,
        IReadOnlyDictionary<string, JsonElement> defaults,
        IReadOnlyDictionary<string, JsonElement> optionalDefaults
    )
    {
        var mandatoryKeys = mandatory.Select(slot => slot.Key).ToFrozenSet();
        Slots =
        [
            .. mandatory.Select(slot => Slot(slot, true, enumValues, defaults)),
            // A provider may repeat a mandatory slot as an optional one; the type's word counts.
            .. optional
                .Where(slot => !mandatoryKeys.Contains(slot.Key))
                .Select(slot => Slot(slot, false, optionalEnumValues, optionalDefaults)),
        ];
        HasFiles = Slots.Any(slot => slot.Type.IsFile());
    }

    /// <summary>True when any JSON object fits.</summary>
    public bool IsFreeForm { get; init; }

    /// <summary>In the order in which they are checked, stored and sent.</summary>
    public ImmutableArray<ShapeSlot> Slots { get; }

    /// <summary>True when a slot takes files.</summary>
    public bool HasFiles { get; }

    private static ShapeSlot Slot(
        ShapeDescriptor slot,
        bool mandatory,
        IReadOnlyDictionary<string, ImmutableArray<ShapeEnumValue>> enumValues,
        IReadOnlyDictionary<string, JsonElement> defaults
    ) =>
        new(
            slot,
            mandatory,
            enumValues.TryGetValue(slot.Key, out var choices) ? choices : null,
            defaults.TryGetValue(slot.Key, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                ? value
                : null
        );
}

/// <summary>A slot with all that is known of it.</summary>
/// <param name="Descriptor">Key, title, type.</param>
/// <param name="Mandatory">True when a value is required, unless the slot has a default.</param>
/// <param name="EnumValues">Its choices; null when the provider named none.</param>
/// <param name="Default">Its default; null without one.</param>
internal sealed record ShapeSlot(
    ShapeDescriptor Descriptor,
    bool Mandatory,
    ImmutableArray<ShapeEnumValue>? EnumValues,
    JsonElement? Default
)
{
    public string Key => Descriptor.Key;

    public ShapeType Type => Descriptor.Type;
}

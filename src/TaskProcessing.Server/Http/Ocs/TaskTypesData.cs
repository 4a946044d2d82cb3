using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks.Wire;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary><c>{"types": {id: type, …}}</c>. Every web page asks for it, so it is written once for each catalogue and style.</summary>
internal sealed record TaskTypesData(TaskTypeCatalogue Catalogue) : OcsData
{
    private static readonly ConditionalWeakTable<TaskTypeCatalogue, ConcurrentDictionary<OcsStyle, byte[]>> Written = [];

    public override void Write(Utf8JsonWriter json, OcsStyle style) =>
        json.WriteRawValue(Written.GetOrCreateValue(Catalogue).GetOrAdd(style, WriteAnew, Catalogue.Available), skipInputValidation: true);

    private static byte[] WriteAnew(OcsStyle style, ImmutableArray<AvailableTaskType> types)
    {
        using var buffer = JsonBuffer.Take();
        WriteTypes(buffer.Json, types, style);
        return buffer.Written.ToArray();
    }

    private static void WriteTypes(Utf8JsonWriter json, ImmutableArray<AvailableTaskType> types, OcsStyle style)
    {
        json.WriteStartObject();
        json.WritePropertyName("types"u8);
        if (types.IsEmpty && style.Profile == OcsProfile.Nextcloud)
        {
            // PHP has no empty map. Clients that decode a map fail on this list, so that only the exact profile sends it.
            json.WriteStartArray();
            json.WriteEndArray();
        }
        else
        {
            json.WriteStartObject();
            foreach (var type in types)
                WriteType(json, type, style);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    /// <summary>All twelve maps are objects even when they are empty: strict clients demand it.</summary>
    private static void WriteType(Utf8JsonWriter json, AvailableTaskType type, OcsStyle style)
    {
        var provider = type.Provider;
        json.WriteStartObject(type.Type.Id);
        json.WriteString("name"u8, style.Language.Translate(type.Type.Name));
        json.WriteString("description"u8, style.Language.Translate(type.Type.Description));
        WriteShape(json, "inputShape"u8, Slots(type.Input, mandatory: true), style);
        WriteEnumValues(json, "inputShapeEnumValues"u8, provider.InputShapeEnumValues);
        WriteDefaults(json, "inputShapeDefaults"u8, provider.InputShapeDefaults);
        WriteShape(json, "optionalInputShape"u8, Slots(type.Input, mandatory: false), style);
        WriteEnumValues(json, "optionalInputShapeEnumValues"u8, provider.OptionalInputShapeEnumValues);
        WriteDefaults(json, "optionalInputShapeDefaults"u8, provider.OptionalInputShapeDefaults);
        WriteShape(json, "outputShape"u8, Slots(type.Output, mandatory: true), style);
        WriteEnumValues(json, "outputShapeEnumValues"u8, provider.OutputShapeEnumValues);
        WriteShape(json, "optionalOutputShape"u8, Slots(type.Output, mandatory: false), style);
        WriteEnumValues(json, "optionalOutputShapeEnumValues"u8, provider.OptionalOutputShapeEnumValues);
        json.WriteBoolean("isInternal"u8, type.Type.IsInternal);
        json.WriteEndObject();
    }

    private static IEnumerable<ShapeSlot> Slots(Shape shape, bool mandatory) => shape.Slots.Where(slot => slot.Mandatory == mandatory);

    private static void WriteShape(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<ShapeSlot> slots, OcsStyle style)
    {
        json.WriteStartObject(name);
        foreach (var slot in slots)
        {
            json.WriteStartObject(slot.Key);
            json.WriteString("name"u8, style.Language.Translate(slot.Descriptor.Name));
            json.WriteString("description"u8, style.Language.Translate(slot.Descriptor.Description));
            json.WriteString("type"u8, slot.Type.ToString());
            // The manual's own field; Nextcloud marks mandatory slots by the map that contains them.
            if (style.Profile == OcsProfile.Manual)
                json.WriteBoolean("mandatory"u8, slot.Mandatory);
            json.WriteEndObject();
        }

        json.WriteEndObject();
    }

    private static void WriteEnumValues(
        Utf8JsonWriter json,
        ReadOnlySpan<byte> name,
        IEnumerable<KeyValuePair<string, ImmutableArray<ShapeEnumValue>>> enumValues
    )
    {
        json.WriteStartObject(name);
        foreach (var (key, choices) in enumValues)
        {
            json.WriteStartArray(key);
            foreach (var choice in choices)
            {
                json.WriteStartObject();
                json.WriteString("name"u8, choice.Name);
                json.WriteString("value"u8, choice.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteDefaults(Utf8JsonWriter json, ReadOnlySpan<byte> name, IEnumerable<KeyValuePair<string, JsonElement>> defaults)
    {
        json.WriteStartObject(name);
        foreach (var (key, value) in defaults)
        {
            json.WritePropertyName(key);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }
}

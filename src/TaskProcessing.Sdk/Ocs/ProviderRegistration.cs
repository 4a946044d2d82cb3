using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>
/// A provider as AppAPI's registration wants it: every key is there, slots are named by their key, and shape types are
/// numbers.
/// </summary>
internal static class ProviderRegistration
{
    /// <summary>Writes the members of the request body.</summary>
    public static void Write(Utf8JsonWriter json, ProviderDescriptor provider)
    {
        json.WriteStartObject("provider");
        json.WriteString("id", provider.Id);
        json.WriteString("name", provider.Name);
        json.WriteString("task_type", provider.TaskType);
        json.WriteNumber("expected_runtime", (int)Math.Ceiling(provider.ExpectedRuntime.TotalSeconds));
        WriteShape(json, "optional_input_shape", provider.OptionalInputShape);
        WriteShape(json, "optional_output_shape", provider.OptionalOutputShape);
        WriteChoices(json, "input_shape_enum_values", provider.InputShapeEnumValues);
        WriteDefaults(json, "input_shape_defaults", provider.InputShapeDefaults);
        WriteChoices(json, "optional_input_shape_enum_values", provider.OptionalInputShapeEnumValues);
        WriteDefaults(json, "optional_input_shape_defaults", provider.OptionalInputShapeDefaults);
        WriteChoices(json, "output_shape_enum_values", provider.OutputShapeEnumValues);
        WriteChoices(json, "optional_output_shape_enum_values", provider.OptionalOutputShapeEnumValues);
        json.WriteEndObject();

        if (provider.CustomTaskType is not { } type)
        {
            json.WriteNull("customTaskType");
            return;
        }

        json.WriteStartObject("customTaskType");
        json.WriteString("id", type.Id);
        json.WriteString("name", type.Name);
        json.WriteString("description", type.Description);
        WriteShape(json, "input_shape", type.InputShape);
        WriteShape(json, "output_shape", type.OutputShape);
        json.WriteEndObject();
    }

    private static void WriteShape(Utf8JsonWriter json, string key, ImmutableArray<ShapeDescriptor> shape)
    {
        json.WriteStartArray(key);
        foreach (var slot in shape)
        {
            json.WriteStartObject();
            json.WriteString("name", slot.Key);
            json.WriteString("description", slot.Description);
            json.WriteNumber("shape_type", (int)slot.Type);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteChoices(Utf8JsonWriter json, string key, ImmutableDictionary<string, ImmutableArray<ShapeEnumValue>> slots)
    {
        json.WriteStartObject(key);
        foreach (var (slot, choices) in slots)
        {
            json.WriteStartArray(slot);
            foreach (var choice in choices)
            {
                json.WriteStartObject();
                json.WriteString("name", choice.Name);
                json.WriteString("value", choice.Value);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndObject();
    }

    private static void WriteDefaults(Utf8JsonWriter json, string key, ImmutableDictionary<string, JsonElement> defaults)
    {
        json.WriteStartObject(key);
        foreach (var (slot, value) in defaults)
        {
            json.WritePropertyName(slot);
            value.WriteTo(json);
        }

        json.WriteEndObject();
    }
}

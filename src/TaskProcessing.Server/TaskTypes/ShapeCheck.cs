using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>Checks a whole input or output against its shape, and brings it into the form in which it is stored. Pure.</summary>
internal static class ShapeCheck
{
    /// <summary>
    /// The reason why the input cannot be scheduled, or null when it can. The first mistake in the order of the shape
    /// counts.
    /// </summary>
    /// <param name="shape">The available type's input shape.</param>
    /// <param name="input">A JSON object, or an array for an empty input.</param>
    /// <param name="maxTextBytes">The longest Text, in UTF-8 bytes.</param>
    public static string? InputProblem(Shape shape, JsonElement input, int maxTextBytes)
    {
        if (shape.IsFreeForm)
            return FreeFormProblem(input);

        foreach (var slot in shape.Slots)
        {
            var problem = Find(input, slot.Key) is { } value
                ? Wrap("input", slot, ShapeValue.Problem(value, slot.Type, maxTextBytes) ?? InputEnumProblem(slot, value))
                : AbsenceProblem(slot, maxTextBytes);
            if (problem is not null)
                return problem;
        }

        return null;
    }

    /// <summary>The reason why the output is no valid result, or null when it is one.</summary>
    public static string? OutputProblem(Shape shape, JsonElement output)
    {
        if (shape.IsFreeForm)
            return FreeFormProblem(output);

        foreach (var slot in shape.Slots)
        {
            if (Find(output, slot.Key) is not { } value)
            {
                if (slot.Mandatory)
                    return $"Missing key: \"{slot.Key}\"";
                continue;
            }

            if (
                Wrap("output", slot, ShapeValue.Problem(value, slot.Type, maxTextBytes: null) ?? OutputEnumProblem(slot, value)) is
                { } problem
            )
                return problem;
        }

        return null;
    }

    /// <summary>
    /// The input as it is stored: only the shape's slots, in its order, absent ones filled with their defaults, file ids as
    /// numbers. The values must fit.
    /// </summary>
    /// <returns>A JSON object as text.</returns>
    public static string FillInput(Shape shape, JsonElement values) => Fill(shape, values, keepsNulls: false);

    /// <summary>The output in its stored form, like the input; but an optional slot with null stays null.</summary>
    /// <returns>A JSON object as text.</returns>
    public static string FillOutput(Shape shape, JsonElement values) => Fill(shape, values, keepsNulls: true);

    /// <summary>All values of file slots, each a numeric JSON value; see <see cref="ShapeValue.FileId"/>.</summary>
    public static IReadOnlyList<JsonElement> FileValues(Shape shape, JsonElement values) =>
        !shape.HasFiles
            ? []
            :
            [
                .. from slot in shape.Slots
                where slot.Type.IsFile()
                let value = Find(values, slot.Key)
                where value is not null
                from entry in slot.Type.IsList() ? ShapeValue.Entries(value.Value) : [value.Value]
                select entry,
            ];

    private static string Fill(Shape shape, JsonElement values, bool keepsNulls)
    {
        if (shape.IsFreeForm)
            return values.ValueKind == JsonValueKind.Object ? values.GetRawText() : "{}";

        using var buffer = JsonBuffer.Take();
        buffer.Json.WriteStartObject();
        foreach (var slot in shape.Slots)
        {
            if ((Find(values, slot.Key) ?? slot.Default) is not { } value)
            {
                if (keepsNulls && values.ValueKind == JsonValueKind.Object && values.TryGetProperty(slot.Key, out _))
                    buffer.Json.WriteNull(slot.Key);
                continue;
            }

            buffer.Json.WritePropertyName(slot.Key);
            Write(buffer.Json, slot.Type, value);
        }

        buffer.Json.WriteEndObject();
        return buffer.Text;
    }

    /// <summary>An empty list is PHP's empty map. How large it may be is settled by the largest request.</summary>
    private static string? FreeFormProblem(JsonElement values) =>
        values.ValueKind == JsonValueKind.Object || (values.ValueKind == JsonValueKind.Array && values.GetArrayLength() == 0)
            ? null
            : "The parameters must be a JSON object";

    private static void Write(Utf8JsonWriter writer, ShapeType type, JsonElement value)
    {
        if (type.IsList() && value.ValueKind == JsonValueKind.Object && !value.EnumerateObject().Any())
        {
            writer.WriteStartArray();
            writer.WriteEndArray();
        }
        else if (!type.IsFile())
        {
            value.WriteTo(writer);
        }
        else if (type.IsList())
        {
            writer.WriteStartArray();
            foreach (var entry in ShapeValue.Entries(value))
                WriteFileId(writer, entry);
            writer.WriteEndArray();
        }
        else
        {
            WriteFileId(writer, value);
        }
    }

    private static void WriteFileId(Utf8JsonWriter writer, JsonElement value)
    {
        if (ShapeValue.FileId(value) is { } id)
            writer.WriteNumberValue(id);
        else
            value.WriteTo(writer);
    }

    /// <summary>Null and absent are the same: clients send null for optional slots (a Windmill script does so for <c>model</c>).</summary>
    private static JsonElement? Find(JsonElement values, string key) =>
        values.ValueKind == JsonValueKind.Object && values.TryGetProperty(key, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static string? AbsenceProblem(ShapeSlot slot, int maxTextBytes)
    {
        if (!slot.Mandatory)
            return null;
        if (slot.Default is not { } value)
            return $"Missing key: \"{slot.Key}\"";
        if (slot.Type.IsList())
            return "Provider tried to set a default value for a non-scalar slot";
        if (slot.Type.IsFile())
            return "Provider tried to set a default value for a slot that is not text or number";

        return Wrap("input", slot, ShapeValue.Problem(value, slot.Type, maxTextBytes));
    }

    private static string? InputEnumProblem(ShapeSlot slot, JsonElement value)
    {
        if (slot.Type != ShapeType.Enum)
            return null;

        return slot.EnumValues is null
            ? $"Provider did not provide enum values for an enum slot: \"{slot.Key}\""
            : ChoiceProblem(slot, value);
    }

    /// <summary>An output is held to its choices only where the provider named some.</summary>
    private static string? OutputEnumProblem(ShapeSlot slot, JsonElement value)
    {
        if (slot.EnumValues is null)
            return null;

        return slot.Type == ShapeType.Enum ? ChoiceProblem(slot, value) : "Provider provided enum values for a slot that is not an Enum";
    }

    private static string? ChoiceProblem(ShapeSlot slot, JsonElement value)
    {
        var text = value.GetString();
        if (slot.EnumValues!.Value.Any(choice => choice.Value == text))
            return null;

        var choices = string.Join(", ", slot.EnumValues.Value.Select(choice => $"\"{choice.Value}\""));
        return $"Wrong value given for Enum slot. Got \"{text}\", but expected one of the provided enum values: {choices}";
    }

    private static string? Wrap(string direction, ShapeSlot slot, string? problem) =>
        problem is null ? null : $"Failed to validate {direction} key \"{slot.Key}\": {problem}";
}

using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>Puts the files of one server in the place of another's. Pure.</summary>
internal static class FileSlots
{
    /// <summary>The ids that the file slots name, each once.</summary>
    public static IReadOnlyList<long> Ids(Shape shape, JsonElement values) =>
        [.. ShapeCheck.FileValues(shape, values).Select(ShapeValue.FileId).OfType<long>().Distinct()];

    /// <summary>The values with other file ids, as numbers.</summary>
    /// <param name="values">A JSON object, or an array for an empty one.</param>
    /// <param name="isFileSlot">Which slots hold files.</param>
    /// <param name="ids">From the one server's ids to the other's.</param>
    public static string Replace(JsonElement values, Func<string, bool> isFileSlot, IReadOnlyDictionary<long, long> ids)
    {
        using var buffer = JsonBuffer.Take();
        var json = buffer.Json;
        json.WriteStartObject();
        if (values.ValueKind == JsonValueKind.Object)
        {
            foreach (var slot in values.EnumerateObject())
            {
                json.WritePropertyName(slot.Name);
                if (isFileSlot(slot.Name))
                    WriteIds(json, slot.Value, ids);
                else
                    slot.Value.WriteTo(json);
            }
        }

        json.WriteEndObject();
        return buffer.Text;
    }

    /// <summary>True for a slot of the shape that takes files.</summary>
    public static Func<string, bool> Of(Shape shape)
    {
        var keys = shape.Slots.Where(slot => slot.Type.IsFile()).Select(slot => slot.Key).ToHashSet();
        return keys.Contains;
    }

    private static void WriteIds(Utf8JsonWriter json, JsonElement value, IReadOnlyDictionary<long, long> ids)
    {
        if (value.ValueKind is not (JsonValueKind.Array or JsonValueKind.Object))
        {
            WriteId(json, value, ids);
            return;
        }

        json.WriteStartArray();
        foreach (var entry in ShapeValue.Entries(value))
            WriteId(json, entry, ids);
        json.WriteEndArray();
    }

    private static void WriteId(Utf8JsonWriter json, JsonElement value, IReadOnlyDictionary<long, long> ids)
    {
        if (
            value.ValueKind is JsonValueKind.Number or JsonValueKind.String
            && ShapeValue.FileId(value) is { } id
            && ids.TryGetValue(id, out var other)
        )
            json.WriteNumberValue(other);
        else
            value.WriteTo(json);
    }
}

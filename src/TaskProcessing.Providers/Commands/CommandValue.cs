using System.Globalization;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.Commands;

/// <summary>Values of slots as programs read and write them.</summary>
internal static class CommandValue
{
    /// <summary>Text from the configuration as the default of a slot; texts and choices stay texts.</summary>
    public static JsonElement Default(ShapeType type, string value) =>
        type == ShapeType.Number
            ? JsonElement.Parse(Number(value)!.Value.ToString("R", CultureInfo.InvariantCulture))
            : JsonSerializer.SerializeToElement(value);

    public static double? Number(string text) =>
        double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number
            : null;

    /// <summary>A text or a number as a program reads it; null for anything else.</summary>
    public static string? Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            _ => null,
        };

    /// <summary>
    /// Sets a slot to the output of a program: a text without the line end that programs add, or one value a line.
    /// </summary>
    public static void Set(TaskOutput output, ShapeDescriptor slot, string written)
    {
        var text = written.TrimEnd('\r', '\n');
        var lines = text.Split('\n').Select(line => line.TrimEnd('\r')).Where(line => line.Length > 0).ToList();
        switch (slot.Type)
        {
            case ShapeType.ListOfTexts:
                output.Add(slot.Key, lines);
                break;
            case ShapeType.ListOfNumbers:
                output.Add(slot.Key, JsonSerializer.SerializeToElement(lines.Select(line => NumberOf(slot, line))));
                break;
            case ShapeType.Number:
                output.Add(slot.Key, NumberOf(slot, text));
                break;
            default:
                output.Add(slot.Key, text);
                break;
        }
    }

    private static double NumberOf(ShapeDescriptor slot, string text) =>
        Number(text)
        ?? throw new TaskFailedException(
            $"The program's value for \"{slot.Key}\" is no number: \"{(text.Length > 40 ? text[..40] : text)}\"."
        );
}

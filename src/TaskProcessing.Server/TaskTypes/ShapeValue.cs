using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.TaskTypes;

/// <summary>
/// Checks that a JSON value fits a shape type. The sentences are those that Nextcloud's clients know, slips included.
/// </summary>
internal static partial class ShapeValue
{
    /// <summary>The reason why the value does not fit, or null when it does.</summary>
    /// <param name="value">Any JSON value.</param>
    /// <param name="type">The expected type.</param>
    /// <param name="maxTextBytes">The longest Text, in UTF-8 bytes; null for no limit.</param>
    public static string? Problem(JsonElement value, ShapeType type, int? maxTextBytes) =>
        type switch
        {
            ShapeType.Number => IsNumeric(value) ? null : "Non-numeric item provided for Number slot",
            ShapeType.Text => TextProblem(value, maxTextBytes),
            ShapeType.Enum => value.ValueKind == JsonValueKind.String ? null : "Non-text item provided for Enum slot",
            ShapeType.Image => IsNumeric(value) ? null : "Non-image item provided for Image slot",
            ShapeType.Audio => IsNumeric(value) ? null : "Non-audio item provided for Audio slot",
            ShapeType.Video => IsNumeric(value) ? null : "Non-video item provided for Video slot",
            ShapeType.File => IsNumeric(value) ? null : "Non-file item provided for File slot",
            ShapeType.ListOfNumbers => IsListOf(value, IsNumeric) ? null : "Non-numeric list item provided for ListOfNumbers slot",
            ShapeType.ListOfTexts => IsListOf(value, IsString) ? null : "Non-text list item provided for ListOfTexts slot",
            ShapeType.ListOfImages => IsListOf(value, IsNumeric) ? null : "Non-image list item provided for ListOfImages slot",
            ShapeType.ListOfAudios => IsListOf(value, IsNumeric) ? null : "Non-audio list item provided for ListOfAudio slot",
            ShapeType.ListOfVideos => IsListOf(value, IsNumeric) ? null : "Non-video list item provided for ListOfTexts slot",
            ShapeType.ListOfFiles => IsListOf(value, IsNumeric) ? null : "Non-file list item provided for ListOfFiles slot",
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Unknown shape type"),
        };

    /// <summary>The entries of a list slot. A JSON object counts as the list of its values, as PHP sees it.</summary>
    public static IEnumerable<JsonElement> Entries(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Array => value.EnumerateArray(),
            JsonValueKind.Object => value.EnumerateObject().Select(property => property.Value),
            _ => [value],
        };

    /// <summary>All whole numbers in the slots, each once: the files that may be named, for a type whose shape is not known.</summary>
    public static HashSet<long> WholeNumbers(JsonElement values) =>
        values.ValueKind == JsonValueKind.Object ? [.. values.EnumerateObject().SelectMany(slot => WholeNumbersOf(slot.Value))] : [];

    /// <summary>The whole numbers of a slot, which may be a list.</summary>
    public static IEnumerable<long> WholeNumbersOf(JsonElement value) =>
        Entries(value)
            .Where(entry => entry.ValueKind == JsonValueKind.Number && entry.TryGetInt64(out _))
            .Select(entry => entry.GetInt64());

    /// <summary>The file id of a numeric value; null when no file can have it.</summary>
    public static long? FileId(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var id))
            return id;

        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
        if (long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out id))
            return id;

        var number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
        return number == Math.Floor(number) && Math.Abs(number) < 9e15 ? (long)number : null;
    }

    private static string? TextProblem(JsonElement value, int? maxTextBytes)
    {
        if (!IsString(value))
            return "Non-text item provided for Text slot";

        // A text is never longer than its JSON.
        return
            maxTextBytes is { } limit
            && JsonMarshal.GetRawUtf8Value(value).Length > limit
            && Encoding.UTF8.GetByteCount(value.GetString()!) > limit
            ? "Text is too long"
            : null;
    }

    private static bool IsString(JsonElement value) => value.ValueKind == JsonValueKind.String;

    private static bool IsNumeric(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => true,
            JsonValueKind.String => NumericText().IsMatch(value.GetString()!),
            _ => false,
        };

    private static bool IsListOf(JsonElement value, Func<JsonElement, bool> fits) =>
        value.ValueKind is JsonValueKind.Array or JsonValueKind.Object && Entries(value).All(fits);

    [GeneratedRegex(@"^[ \t\n\r\v\f]*[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?[ \t\n\r\v\f]*\z", RegexOptions.CultureInvariant)]
    private static partial Regex NumericText();
}

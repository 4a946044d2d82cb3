using System.Text;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Tasks.Waiting;

/// <summary>A part of an output, a JSON object.</summary>
/// <param name="Json">Whole, or the added ends of texts by their slots.</param>
/// <param name="IsAddition">True when the reader must append the texts to the earlier ones.</param>
internal readonly record struct OutputPiece(string Json, bool IsAddition);

/// <summary>
/// Remembers only the lengths and checksums of the texts of a growing output, and computes the additions. Compares texts
/// in their JSON form, with escapes, so that they need not be decoded.
/// </summary>
internal sealed class OutputTrail
{
    private Dictionary<string, Slot> _slots = [];

    public OutputPiece Next(string output)
    {
        var before = _slots;
        _slots = [];
        var added = new StringBuilder("{");
        var extends = before.Count > 0;
        using var document = JsonDocument.Parse(output);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            return new OutputPiece(output, IsAddition: false);

        foreach (var slot in document.RootElement.EnumerateObject())
        {
            var isText = slot.Value.ValueKind == JsonValueKind.String;
            var raw = slot.Value.GetRawText();
            var text = isText ? raw.AsSpan(1, raw.Length - 2) : raw;
            _slots[slot.Name] = new Slot(isText, text.Length, Checksum.Of(text));
            var known = before.GetValueOrDefault(slot.Name) ?? new Slot(isText, 0, Checksum.Of([]));
            extends =
                extends
                && known.IsText == isText
                && known.Length <= text.Length
                && known.Sum == Checksum.Of(text[..known.Length])
                && (isText || known.Length == text.Length);
            if (extends && known.Length < text.Length)
                added
                    .Append(added.Length > 1 ? "," : "")
                    .Append(JsonSerializer.Serialize(slot.Name, ProtocolJson.Default.String))
                    .Append(":\"")
                    .Append(text[known.Length..])
                    .Append('"');
        }

        extends = extends && before.Keys.All(_slots.ContainsKey);
        return extends ? new OutputPiece(added.Append('}').ToString(), IsAddition: true) : new OutputPiece(output, IsAddition: false);
    }

    private sealed record Slot(bool IsText, int Length, ulong Sum);
}

/// <summary>FNV-1a: quick, and the same in every process. A collision of two texts gives an attacker nothing.</summary>
internal static class Checksum
{
    public static ulong Of(ReadOnlySpan<char> text)
    {
        var sum = 14695981039346656037UL;
        foreach (var character in text)
            sum = (sum ^ character) * 1099511628211UL;

        return sum;
    }
}

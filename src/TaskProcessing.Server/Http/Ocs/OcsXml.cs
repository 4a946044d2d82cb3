using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Xml;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>
/// Makes the XML of an envelope from its JSON: list entries and numeric keys become <c>element</c>, null a self-closed
/// element, true <c>1</c>, false nothing. Written by hand because task type ids, colons and all, are element names,
/// which XmlWriter refuses.
/// </summary>
internal static class OcsXml
{
    /// <summary>
    /// Our own JSON is read without a limit on depth, because it may hold values from before there was a limit.
    /// </summary>
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = 256 };

    /// <summary>Those that cannot stand in a text as they are.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create([
        '<',
        '>',
        '&',
        '\uFFFE',
        '\uFFFF',
        .. Enumerable.Range(0, ' ').Select(code => (char)code).Except(['\t', '\n']),
    ]);

    public static byte[] FromJson(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, Options);
        var xml = new StringBuilder("<?xml version=\"1.0\"?>\n", (int)(json.Length * 1.5));
        foreach (var root in document.RootElement.EnumerateObject())
            Append(xml, root.Name, root.Value, depth: 0);

        return Encoding.UTF8.GetBytes(xml.ToString());
    }

    /// <summary>An entry of a list.</summary>
    public static byte[] Entry(ReadOnlyMemory<byte> json, int depth)
    {
        using var document = JsonDocument.Parse(json, Options);
        var xml = new StringBuilder((int)(json.Length * 1.5));
        Append(xml, "element", document.RootElement, depth);
        return Encoding.UTF8.GetBytes(xml.ToString());
    }

    private static void Append(StringBuilder xml, string key, JsonElement value, int depth)
    {
        var name = ElementName(key);
        xml.Append(' ', depth).Append('<').Append(name);
        switch (value.ValueKind)
        {
            case JsonValueKind.Null:
            case JsonValueKind.Array when value.GetArrayLength() == 0:
            case JsonValueKind.Object when !value.EnumerateObject().MoveNext():
                xml.Append("/>\n");
                return;
            case JsonValueKind.Array:
                xml.Append(">\n");
                foreach (var entry in value.EnumerateArray())
                    Append(xml, "element", entry, depth + 1);
                xml.Append(' ', depth);
                break;
            case JsonValueKind.Object:
                xml.Append(">\n");
                foreach (var property in value.EnumerateObject())
                    Append(xml, property.Name, property.Value, depth + 1);
                xml.Append(' ', depth);
                break;
            default:
                xml.Append('>');
                AppendText(xml, Text(value));
                break;
        }

        xml.Append("</").Append(name).Append(">\n");
    }

    private static string Text(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString()!,
            JsonValueKind.True => "1",
            JsonValueKind.False => "",
            _ => value.GetRawText(),
        };

    /// <summary>
    /// Keys come from provider apps and may be any text; characters that XML names cannot have are encoded as
    /// <c>_x0020_</c>.
    /// </summary>
    private static string ElementName(string key)
    {
        if (key.Length > 0 && key.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
            return "element";

        return string.Join(':', key.Split(':').Select(part => XmlConvert.EncodeLocalName(part))) is { Length: > 0 } name ? name : "element";
    }

    /// <summary>By stretches: the text of a task has millions of characters.</summary>
    private static void AppendText(StringBuilder xml, ReadOnlySpan<char> text)
    {
        for (var at = text.IndexOfAny(Special); at >= 0; at = text.IndexOfAny(Special))
        {
            xml.Append(text[..at])
                .Append(
                    text[at] switch
                    {
                        '<' => "&lt;",
                        '>' => "&gt;",
                        '&' => "&amp;",
                        '\r' => "&#13;",
                        _ => "\uFFFD",
                    }
                );
            text = text[(at + 1)..];
        }

        xml.Append(text);
    }
}

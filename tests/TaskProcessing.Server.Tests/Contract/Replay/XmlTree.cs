using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Reads the XML of an envelope into a tree: elements that are all called <c>element</c> are a list, an empty element is
/// "", everything else is text. Task type ids are element names, two colons and all, so no XML parser reads it.
/// </summary>
internal static partial class XmlTree
{
    public static JsonNode Read(string xml)
    {
        var tokens = new Queue<string>(Token().Matches(xml[xml.IndexOf("<ocs", StringComparison.Ordinal)..]).Select(match => match.Value));
        var name = tokens.Dequeue();
        return new JsonObject { [Name(name)] = ReadContent(tokens, name) };
    }

    private static JsonNode ReadContent(Queue<string> tokens, string start)
    {
        if (start.EndsWith("/>", StringComparison.Ordinal))
            return JsonValue.Create("");

        var text = "";
        var children = new List<(string Name, JsonNode Value)>();
        while (true)
        {
            var token = tokens.Dequeue();
            if (token.StartsWith("</", StringComparison.Ordinal))
                break;
            if (token[0] == '<')
                children.Add((Name(token), ReadContent(tokens, token)));
            else
                text += token;
        }

        if (children.Count == 0)
            return JsonValue.Create(Decode(text));
        if (children.All(child => child.Name == "element"))
            return new JsonArray([.. children.Select(child => child.Value)]);

        return new JsonObject(children.Select(child => KeyValuePair.Create(child.Name, (JsonNode?)child.Value)));
    }

    private static string Name(string tag) => tag.Trim('<', '>', '/');

    private static string Decode(string text) =>
        text.Replace("&lt;", "<", StringComparison.Ordinal)
            .Replace("&gt;", ">", StringComparison.Ordinal)
            .Replace("&quot;", "\"", StringComparison.Ordinal)
            .Replace("&#13;", "\r", StringComparison.Ordinal)
            .Replace("&amp;", "&", StringComparison.Ordinal);

    [GeneratedRegex("<[^>]*>|[^<]+")]
    private static partial Regex Token();
}

using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Primitives;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// Reads names like PHP: <c>input[key]=v</c> is a map, <c>images[]=1</c> a list, and of a name that comes twice the
/// last one counts. Nextcloud's iOS app sends forms, worker apps send lists in the query.
/// </summary>
internal static class PhpForm
{
    /// <summary>As many as PHP takes by default; more are a mistake or an attack.</summary>
    private const int MaxFields = 1000;

    public static JsonObject Read(IEnumerable<KeyValuePair<string, StringValues>> fields)
    {
        var root = new JsonObject();
        var count = 0;
        foreach (var (name, values) in fields)
        {
            foreach (var value in values)
            {
                if (++count > MaxFields)
                    throw new BadHttpRequestException($"More than {MaxFields} parameters");

                Put(root, Path(name), value ?? "");
            }
        }

        return (JsonObject)WithLists(root)!;
    }

    private static List<string> Path(string name)
    {
        var open = name.IndexOf('[', StringComparison.Ordinal);
        if (open <= 0)
            return [name];

        var path = new List<string> { name[..open] };
        while (open >= 0 && open < name.Length && name[open] == '[')
        {
            var close = name.IndexOf(']', open);
            if (close < 0)
                break;
            if (path.Count == ProtocolJson.MaxRequestDepth)
                throw new BadHttpRequestException($"The parameter \"{path[0]}\" is nested more than {ProtocolJson.MaxRequestDepth} deep");

            path.Add(name[(open + 1)..close]);
            open = close + 1;
        }

        return path;
    }

    private static void Put(JsonObject root, List<string> path, string value)
    {
        var node = root;
        foreach (var step in path.Take(path.Count - 1))
        {
            var key = Key(node, step);
            if (node[key] is not JsonObject child)
                node[key] = child = [];
            node = child;
        }

        node[Key(node, path[^1])] = value;
    }

    private static string Key(JsonObject node, string step) =>
        step.Length > 0 ? step : node.Count.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>A map with the keys 0, 1, 2 … is a list.</summary>
    private static JsonNode? WithLists(JsonNode? node, bool isRoot = true)
    {
        if (node is not JsonObject map)
            return node?.DeepClone();

        var isList =
            !isRoot
            && map.Count > 0
            && map.Select((entry, index) => entry.Key == index.ToString(System.Globalization.CultureInfo.InvariantCulture))
                .All(fits => fits);
        if (isList)
            return new JsonArray([.. map.Select(entry => WithLists(entry.Value, false))]);

        return new JsonObject(map.Select(entry => KeyValuePair.Create(entry.Key, WithLists(entry.Value, false))));
    }
}

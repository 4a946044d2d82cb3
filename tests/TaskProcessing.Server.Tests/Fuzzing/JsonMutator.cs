using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Unicode;

namespace TaskProcessing.Server.Tests.Fuzzing;

/// <summary>Changes JSON where it has meaning: its values, its names and its nesting. Texts are bytes as Latin-1.</summary>
internal sealed class JsonMutator(Mutator mutator)
{
    private const string Mark = "@fuzz@";

    private static readonly JsonDocumentOptions OneOfEachName = new() { AllowDuplicateProperties = false };

    /// <summary>What is moved into itself a few times is deeper than usual.</summary>
    private static readonly JsonSerializerOptions Escaped = new() { MaxDepth = 100_000 };

    private static readonly JsonSerializerOptions Raw = new(Escaped) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A changed body; a text that is no JSON is changed anywhere.</summary>
    public string Change(string json)
    {
        if (mutator.Chance(0.15) || Read(json) is not { } root)
            return mutator.Text(json);

        var value = mutator.Pick(Nasties.Json);
        var places = Places(root).ToImmutableArray();
        if (mutator.Chance(0.05))
            return value;

        var name = $"\"{mutator.Pick(mutator.Chance(0.5) ? Nasties.Names : Nasties.Texts).Replace("\\", @"\\").Replace("\"", "\\\"")}\"";
        var (parent, key) = mutator.Pick(places);
        switch (mutator.Random.Next(8))
        {
            case 0:
                Remove(parent, key);
                break;
            case 1 when parent is JsonObject map:
                map[Mark] = map[key]!?.DeepClone();
                value = name;
                break;
            case 2 when parent is JsonObject map:
                var moved = map[key]?.DeepClone();
                map.Remove(key);
                map[Mark] = moved;
                value = name;
                break;
            case 3 when parent is JsonObject map:
                // The same name twice.
                var (other, at) = mutator.Pick(places);
                map[Mark] = Get(other, at)?.DeepClone();
                value = JsonSerializer.Serialize(key);
                break;
            case 4:
                Set(parent, key, new JsonArray(Get(parent, key)?.DeepClone()));
                break;
            case 5:
                Set(parent, key, new JsonObject { ["value"] = Get(parent, key)?.DeepClone() });
                break;
            case 6:
                var (source, where) = mutator.Pick(places);
                Set(parent, key, Get(source, where)?.DeepClone());
                break;
            default:
                Set(parent, key, JsonValue.Create(Mark));
                break;
        }

        return Write(root).Replace($"\"{Mark}\"", value, StringComparison.Ordinal);
    }

    /// <summary>JSON with the fields of a form, named as PHP names them; null when it is no JSON.</summary>
    public static List<KeyValuePair<string, string>>? Fields(string json) => Read(json) is { } root ? [.. Flatten("", root)] : null;

    private static JsonNode? Read(string json)
    {
        var bytes = Encoding.Latin1.GetBytes(json);
        try
        {
            // Half of a surrogate pair is found only in writing.
            return
                Utf8.IsValid(bytes)
                && JsonNode.Parse(bytes, null, OneOfEachName) is { } root
                && root.ToJsonString().Length > 0
                && Places(root).ToImmutableArray().Length > 0
                ? root
                : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            return null;
        }
    }

    private string Write(JsonNode root) => FuzzRequest.Bytes(root.ToJsonString(mutator.Chance(0.5) ? Raw : Escaped));

    private static IEnumerable<(JsonNode Parent, string Key)> Places(JsonNode node) =>
        node switch
        {
            JsonObject map => map.SelectMany(entry => new[] { (node, entry.Key) }.Concat(entry.Value is null ? [] : Places(entry.Value))),
            JsonArray list => list.SelectMany((entry, index) => new[] { (node, $"{index}") }.Concat(entry is null ? [] : Places(entry))),
            _ => [],
        };

    private static JsonNode? Get(JsonNode parent, string key) => parent is JsonArray list ? list[Index(key)] : parent[key];

    private static int Index(string key) => int.Parse(key, CultureInfo.InvariantCulture);

    private static void Set(JsonNode parent, string key, JsonNode? value)
    {
        if (parent is JsonArray list)
            list[Index(key)] = value;
        else
            parent[key] = value;
    }

    private static void Remove(JsonNode parent, string key)
    {
        if (parent is JsonArray list)
            list.RemoveAt(Index(key));
        else
            ((JsonObject)parent).Remove(key);
    }

    private static IEnumerable<KeyValuePair<string, string>> Flatten(string name, JsonNode? node) =>
        node switch
        {
            JsonObject map => map.SelectMany(entry => Flatten(name.Length == 0 ? entry.Key : $"{name}[{entry.Key}]", entry.Value)),
            JsonArray list => list.SelectMany(entry => Flatten($"{name}[]", entry)),
            _ => [KeyValuePair.Create(FuzzRequest.Bytes(name), FuzzRequest.Bytes(node?.ToString() ?? ""))],
        };
}

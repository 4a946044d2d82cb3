using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Fuzzing.Targets;

/// <summary>Makes requests of every operation in an OpenAPI document, with parameters and bodies of their schemas.</summary>
internal sealed class ApiDocument
{
    private const int MaxDepth = 6;

    private readonly JsonNode _document;
    private readonly ImmutableArray<(string Method, string Path, JsonNode Operation)> _operations;

    private ApiDocument(JsonNode document)
    {
        _document = document;
        _operations =
        [
            .. from path in document["paths"]!.AsObject()
            from operation in path.Value!.AsObject()
            select (operation.Key.ToUpperInvariant(), path.Key, operation.Value!),
        ];
    }

    /// <summary>The documents that the server itself serves.</summary>
    public static async Task<ImmutableArray<ApiDocument>> ReadAsync(Uri server, CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = server };
        var documents = ImmutableArray.CreateBuilder<ApiDocument>();
        foreach (var name in new[] { "ocs", "rest" })
            documents.Add(
                new ApiDocument(JsonNode.Parse(await client.GetStringAsync($"/swagger/{name}/swagger.json", cancellationToken))!)
            );
        return documents.ToImmutable();
    }

    public int Count => _operations.Length;

    public FuzzRequest Make(Mutator mutator)
    {
        var (method, path, operation) = mutator.Pick(_operations);
        var request = new FuzzRequest(null, method, path);
        var query = new List<string>();
        foreach (var parameter in operation["parameters"]?.AsArray() ?? [])
        {
            var name = (string)parameter!["name"]!;
            var value = mutator.Chance(0.15)
                ? mutator.Value()
                : FuzzRequest.Bytes(Sample(parameter["schema"], mutator, 0)?.ToString() ?? "");
            switch ((string)parameter["in"]!)
            {
                case "path":
                    // What is meant by "12" is a task of an earlier request.
                    var segment =
                        name.EndsWith("id", StringComparison.OrdinalIgnoreCase) && mutator.Chance(0.7)
                            ? $"{mutator.Random.Next(60)}"
                            : value;
                    request = request with
                    {
                        Path = request.Path.Replace($"{{{name}}}", name == "version" ? value : mutator.Escaped(segment)),
                    };
                    break;
                case "query" when mutator.Chance(0.6) && name != "wait":
                    query.Add($"{name}={mutator.Escaped(value)}");
                    break;
                case "header":
                    request = request.With(name, mutator.Chance(0.95) ? "true" : value.Replace("\r", "").Replace("\n", ""));
                    break;
            }
        }

        if (query.Count > 0)
            request = request with { Path = $"{request.Path}?{string.Join('&', query)}" };
        return operation["requestBody"]?["content"]?["application/json"]?["schema"] is { } schema
            ? request.With("Content-Type", "application/json") with
            {
                Body = FuzzRequest.Bytes(Sample(schema, mutator, 0)?.ToJsonString() ?? "{}"),
            }
            : request;
    }

    private JsonNode? Sample(JsonNode? schema, Mutator mutator, int depth)
    {
        if (schema is null || depth > MaxDepth)
            return null;
        if ((string?)schema["$ref"] is { } reference)
            return Sample(_document["components"]!["schemas"]![reference.Split('/')[^1]], mutator, depth + 1);
        if (schema["example"] is { } example && mutator.Chance(0.7))
            return example.DeepClone();
        if (schema["enum"] is JsonArray { Count: > 0 } words)
            return words[mutator.Random.Next(words.Count)]?.DeepClone();
        foreach (var kind in new[] { "oneOf", "anyOf", "allOf" })
        {
            if (schema[kind] is JsonArray { Count: > 0 } choices)
                return Sample(choices[mutator.Random.Next(choices.Count)], mutator, depth + 1);
        }

        return (string?)schema["type"] switch
        {
            "object" => Map(schema, mutator, depth),
            "array" => new JsonArray([
                .. Enumerable.Range(0, mutator.Random.Next(4)).Select(_ => Sample(schema["items"], mutator, depth + 1)),
            ]),
            "integer" => JsonValue.Create(mutator.Random.Next(-1, 30)),
            "number" => JsonValue.Create(mutator.Random.NextDouble()),
            "boolean" => JsonValue.Create(mutator.Chance(0.5)),
            _ => JsonValue.Create(mutator.Pick(["text", "core:text2text", "1", "STATUS_RUNNING", "HTTP:POST", "alice", "v2.php"])),
        };
    }

    private JsonObject Map(JsonNode schema, Mutator mutator, int depth)
    {
        var needed = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToHashSet();
        var map = new JsonObject();
        foreach (var (name, property) in schema["properties"]?.AsObject() ?? [])
        {
            if (needed.Contains(name) ? mutator.Chance(0.97) : mutator.Chance(0.5))
                map[name] = Sample(property, mutator, depth + 1);
        }

        if (schema["additionalProperties"] is JsonObject more)
            map[mutator.Pick(["input", "value", "a"])] = Sample(more, mutator, depth + 1);
        return map;
    }
}

using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Http.Bodies;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>Reads a JSON body of any verb: nc_py_api sends one with GET.</summary>
internal static class JsonBody
{
    /// <summary>The limit of names, values and brackets in a body. The largest body has room for fewer numbers of seven digits.</summary>
    public const int MaxParts = 1_000_000;

    private static readonly JsonDocumentOptions Options = new() { MaxDepth = ProtocolJson.MaxRequestDepth };

    public static bool IsJson(HttpRequest request) =>
        request.ContentType is { } type
        && (
            type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            || (
                type.StartsWith("application/", StringComparison.OrdinalIgnoreCase)
                && type.Split(';')[0].TrimEnd().EndsWith("+json", StringComparison.OrdinalIgnoreCase)
            )
        );

    /// <returns>The body's object; null when it is empty, or neither object nor list.</returns>
    /// <exception cref="BadHttpRequestException">
    /// It is no JSON, larger than <paramref name="maxBytes"/>, or of more than <see cref="MaxParts"/>.
    /// </exception>
    public static async Task<JsonElement?> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> body = await WholeBody.ReadAsync(request, maxBytes, cancellationToken);
        if (request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<MendedJson.Metadata>() is not null)
            body = MendedJson.Of(body);
        return body.IsEmpty ? null : Parse(body);
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            if (!Utf8.IsValid(body.Span))
                throw new BadHttpRequestException("The request body is not UTF-8");

            CheckParts(body.Span);
            // Never disposed of: the element lives as long as its request, and the collector takes both. JsonElement.Parse would
            // copy the body, and give buffers of twice its size to a pool that keeps them.
            var root = JsonDocument.Parse(body, Options).RootElement;
            // The reader checks half surrogates only when it reads a string, and its exception looks like a bug of ours.
            if (body.Span.IndexOf("\\ud"u8) >= 0 || body.Span.IndexOf("\\uD"u8) >= 0)
                ReadStrings(root);

            return root.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? root : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException($"The request body is not valid JSON: {problem.Message}", problem);
        }
    }

    /// <summary>Each part costs twelve bytes, also one that is sent in two; a list of ones of 8 MB would take a hundred.</summary>
    private static void CheckParts(ReadOnlySpan<byte> json)
    {
        // Much faster, and never too few; in texts these signs mean nothing, so that more are counted exactly.
        if (
            json.Length <= MaxParts
            || 1L + json.Count((byte)',') + json.Count((byte)':') + 2L * (json.Count((byte)'[') + json.Count((byte)'{')) <= MaxParts
        )
            return;

        var parts = 0;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        while (reader.Read())
        {
            if (++parts > MaxParts)
            {
                throw new BadHttpRequestException(
                    $"The JSON of the request body has more than {MaxParts} names, values and brackets",
                    StatusCodes.Status413PayloadTooLarge
                );
            }
        }
    }

    private static void ReadStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (var entry in element.EnumerateArray())
                    ReadStrings(entry);
                break;
            case JsonValueKind.Object:
                foreach (var property in element.EnumerateObject())
                {
                    _ = property.Name;
                    ReadStrings(property.Value);
                }

                break;
        }
    }
}

using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>Reads a JSON body of any verb: nc_py_api sends one with GET.</summary>
internal static class JsonBody
{
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
    /// <exception cref="BadHttpRequestException">It is no JSON, or larger than <paramref name="maxBytes"/>.</exception>
    public static async Task<JsonElement?> ReadAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        if (request.ContentLength > maxBytes)
            throw BoundedBody.TooLarge(maxBytes);

        var reader = request.BodyReader;
        var read = await reader.ReadAsync(cancellationToken);
        while (!read.IsCompleted && read.Buffer.Length <= maxBytes)
        {
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
            read = await reader.ReadAsync(cancellationToken);
        }

        try
        {
            if (read.Buffer.Length > maxBytes)
                throw BoundedBody.TooLarge(maxBytes);

            var body = read.Buffer.IsSingleSegment ? read.Buffer.FirstSpan : read.Buffer.ToArray();
            if (request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<MendedJson.Metadata>() is not null)
                body = MendedJson.Of(body);
            return body.IsEmpty ? null : Parse(body);
        }
        finally
        {
            reader.AdvanceTo(read.Buffer.End);
        }
    }

    private static JsonElement? Parse(ReadOnlySpan<byte> body)
    {
        try
        {
            if (!Utf8.IsValid(body))
                throw new BadHttpRequestException("The request body is not UTF-8");

            var root = JsonElement.Parse(body, Options);
            // The reader checks half surrogates only when it reads a string, and its exception looks like a bug of ours.
            if (body.IndexOf("\\ud"u8) >= 0 || body.IndexOf("\\uD"u8) >= 0)
                ReadStrings(root);

            return root.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? root : null;
        }
        catch (Exception problem) when (problem is JsonException or InvalidOperationException)
        {
            throw new BadHttpRequestException($"The request body is not valid JSON: {problem.Message}", problem);
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

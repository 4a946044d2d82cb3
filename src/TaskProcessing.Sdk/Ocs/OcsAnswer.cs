using System.Net;
using System.Text;
using System.Text.Json;

namespace TaskProcessing.Sdk.Ocs;

/// <summary>Reads the envelope that every answer comes in, of v2.php and of v1.php.</summary>
internal static class OcsAnswer
{
    /// <summary>The envelope's data; null when the server had nothing to say (204).</summary>
    /// <exception cref="OcsException">The answer is a failure, or no envelope.</exception>
    public static JsonElement? Read(HttpStatusCode httpStatus, ReadOnlyMemory<byte> body, TimeSpan? retryAfter)
    {
        if (httpStatus == HttpStatusCode.NoContent)
            return null;

        if (Parse(body) is not { } json)
            throw new OcsException(Describe(httpStatus, body), httpStatus, retryAfter: retryAfter);

        if (!TryGetEnvelope(json, out var meta, out var data))
            throw new OcsException(TextOf(json, "message") ?? Describe(httpStatus, body), httpStatus, retryAfter: retryAfter);

        if (!meta.TryGetProperty("statuscode", out var code) || !code.TryGetInt32(out var ocsStatus))
            throw new OcsException($"The envelope of the answer has no status code: {Excerpt(body)}", httpStatus, retryAfter: retryAfter);

        // v1.php uses 100 for success, has HTTP 200 also for failures, and treats 201 and 204 as failures.
        var success = (int)httpStatus is >= 200 and < 300 && ocsStatus is 100 or (>= 200 and < 300);
        if (!success)
            throw new OcsException(
                TextOf(data, "message") ?? TextOf(meta, "message") ?? Describe(httpStatus, body),
                httpStatus,
                ocsStatus,
                retryAfter
            );

        return ocsStatus == 204 ? null : data;
    }

    private static JsonElement? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return document.RootElement.Clone();
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static bool TryGetEnvelope(JsonElement json, out JsonElement meta, out JsonElement data)
    {
        meta = data = default;
        return json.ValueKind == JsonValueKind.Object
            && json.TryGetProperty("ocs", out var ocs)
            && ocs.ValueKind == JsonValueKind.Object
            && ocs.TryGetProperty("meta", out meta)
            && meta.ValueKind == JsonValueKind.Object
            && ocs.TryGetProperty("data", out data);
    }

    private static string? TextOf(JsonElement json, string key) =>
        json.ValueKind == JsonValueKind.Object
        && json.TryGetProperty(key, out var text)
        && text.ValueKind == JsonValueKind.String
        && text.GetString()!.Trim() is { Length: > 0 } trimmed
            ? trimmed
            : null;

    private static string Describe(HttpStatusCode httpStatus, ReadOnlyMemory<byte> body) =>
        (int)httpStatus switch
        {
            >= 200 and < 300 => $"The answer is no OCS envelope: {Excerpt(body)}",
            _ => $"The server answered {(int)httpStatus} {httpStatus}.",
        };

    private static string Excerpt(ReadOnlyMemory<byte> body) => Encoding.UTF8.GetString(body.Span[..Math.Min(body.Length, 200)]);
}

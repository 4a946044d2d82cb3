using System.ClientModel;
using System.Globalization;
using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>An endpoint's error: in the body of a refusal, or in the middle of an answer.</summary>
/// <param name="Status">The status of HTTP, or the one that an answer with status 200 names; null when there is neither.</param>
/// <param name="Text">The endpoint's own words, on one line, cut to a length.</param>
/// <param name="Body">The whole error, cut to a length: it has codes and types beside the message.</param>
internal sealed record EndpointError(int? Status, string Text, string Body)
{
    private const int MaxCharacters = 16 * 1024;

    /// <summary>Servers put their words under one of these, sometimes several levels deep.</summary>
    private static readonly string[] Words = ["error", "errors", "message", "detail", "msg", "raw", "error_description", "error_message"];

    /// <summary>The name of the refused parameter, if a member has it.</summary>
    public string? Parameter { get; private init; }

    /// <summary>The error of an exception; null when the endpoint sent none.</summary>
    public static EndpointError? Of(Exception exception) =>
        exception switch
        {
            ClientResultException { Status: > 0 } refusal => OfBody(refusal.Status, refusal.GetRawResponse()?.Content?.ToString() ?? ""),
            BadAnswerException bad => bad.Error,
            _ => null,
        };

    public static EndpointError OfBody(int? status, string body)
    {
        var cut = body.Length <= MaxCharacters ? body : body[..MaxCharacters];
        try
        {
            using var document = JsonDocument.Parse(body);
            return OfJson(document.RootElement, status);
        }
        catch (JsonException)
        {
            return new EndpointError(status, body.Length == 0 ? "(nothing)" : Shorten.ToLine(cut), cut);
        }
    }

    /// <param name="json">The answer, or its member <c>error</c>.</param>
    /// <param name="status">The HTTP status, unless it is a success.</param>
    public static EndpointError OfJson(JsonElement json, int? status)
    {
        var raw = json.GetRawText();
        return new EndpointError(
            status ?? FindStatus(json),
            Shorten.ToLine(WordsOf(json) ?? raw),
            raw.Length <= MaxCharacters ? raw : raw[..MaxCharacters]
        )
        {
            Parameter = FindParameter(json),
        };
    }

    /// <summary>True when an answer with status 200 is an error nevertheless.</summary>
    public static bool IsIn(JsonElement answer) =>
        answer.Text("object") is "error"
        || answer.Text("type") is "error"
        || answer.Text("error_message") is not null
        || (answer.Member("error") is { } error && IsError(error));

    /// <summary>True when a member <c>error</c> is an error: some servers send an empty one with every answer.</summary>
    public static bool IsError(JsonElement error) =>
        error.ValueKind switch
        {
            JsonValueKind.String => TextOf(error).Length > 0,
            JsonValueKind.Object => error.EnumerateObject().Any(member => member.Value.ValueKind is not JsonValueKind.Null),
            JsonValueKind.Array => error.GetArrayLength() > 0,
            _ => false,
        };

    private static string? WordsOf(JsonElement json)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String:
                return TextOf(json) is { Length: > 0 } text ? text : null;
            case JsonValueKind.Array:
                return Joined(json.EnumerateArray().Take(3).Select(WordsOf));
            case JsonValueKind.Object:
                // Validating servers name the refused member beside the message.
                var place =
                    json.TryGetProperty("loc", out var loc) && loc.ValueKind == JsonValueKind.Array
                        ? string.Join('.', loc.EnumerateArray().Select(TextOf)) + ": "
                        : "";
                return
                    Words
                        .Select(name => json.TryGetProperty(name, out var inner) ? WordsOf(inner) : null)
                        .FirstOrDefault(text => text is not null)
                        is { } words
                    ? place + (json.TryGetProperty("metadata", out var more) && WordsOf(more) is { } cause ? $"{words}: {cause}" : words)
                    : null;
            default:
                return null;
        }
    }

    /// <summary>The library refuses to read a text with half a character, which servers make when they cut what they quote.</summary>
    private static string TextOf(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && json.GetRawText() is { Length: <= MaxCharacters }
            ? LenientText.Of(json)
            : json.GetRawText();

    private static string? Joined(IEnumerable<string?> texts) =>
        string.Join("; ", texts.Where(text => text is not null)) is { Length: > 0 } joined ? joined : null;

    private static int? FindStatus(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Array => json.EnumerateArray().Select(FindStatus).FirstOrDefault(),
            JsonValueKind.Object => Number(json, "code")
                ?? Number(json, "status")
                ?? Number(json, "status_code")
                ?? FindStatusIn(json, "error"),
            _ => null,
        };

    private static int? FindStatusIn(JsonElement json, string name) => json.TryGetProperty(name, out var inner) ? FindStatus(inner) : null;

    private static int? Number(JsonElement json, string name) =>
        json.TryGetProperty(name, out var code)
        && code.ValueKind is JsonValueKind.Number or JsonValueKind.String
        && int.TryParse(TextOf(code), NumberStyles.None, CultureInfo.InvariantCulture, out var status)
        && status is >= 400 and < 600
            ? status
            : null;

    private static string? FindParameter(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Array => json.EnumerateArray().Select(FindParameter).FirstOrDefault(name => name is not null),
            JsonValueKind.Object when json.TryGetProperty("param", out var name) && name.ValueKind == JsonValueKind.String => TextOf(name),
            JsonValueKind.Object when json.TryGetProperty("loc", out var loc) && loc.ValueKind == JsonValueKind.Array =>
                loc.EnumerateArray().Select(TextOf).LastOrDefault(),
            JsonValueKind.Object => ((string[])["error", "errors", "detail", "message"])
                .Select(member => json.TryGetProperty(member, out var inner) ? FindParameter(inner) : null)
                .FirstOrDefault(name => name is not null),
            _ => null,
        };
}

/// <summary>An answer that came and is no good.</summary>
internal sealed class BadAnswerException(string message) : Exception(message)
{
    /// <summary>The error that came in place of an answer, or in its midst.</summary>
    public BadAnswerException(EndpointError error)
        : this($"The endpoint answered an error: {error.Text}") => Error = error;

    public EndpointError? Error { get; }

    public string? UserMessage { get; init; }

    public bool MayPass { get; init; }
}

internal static class Shorten
{
    private const int Longest = 400;

    /// <summary>Foreign text on one line, cut to a length.</summary>
    public static string ToLine(string text)
    {
        var line = string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= Longest ? line : $"{line[..Longest]}…";
    }
}

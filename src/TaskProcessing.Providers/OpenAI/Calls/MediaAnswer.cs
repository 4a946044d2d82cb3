using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using TaskProcessing.Sdk.Primitives;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>An image or a sound that an endpoint answered: its bytes, or where they are.</summary>
internal readonly record struct Medium(ReadOnlyMemory<byte> Bytes, string? Address = null);

/// <summary>
/// Finds the images or sounds in an answer: the answer itself, or members of JSON by the names in use. Content types are
/// ignored, because servers get them wrong in either direction.
/// </summary>
internal static class MediaAnswer
{
    /// <summary>Members that hold bytes in base64.</summary>
    private static readonly string[] Encoded = ["b64_json", "base64", "b64", "image_base64", "bytesBase64Encoded", "audioContent"];

    /// <summary>Members that hold an address.</summary>
    private static readonly string[] Addresses = ["url", "image_url", "audio_url", "uri"];

    /// <summary>Members that hold media, or objects with media, from the outside to the inside.</summary>
    private static readonly string[] Wrappers =
    [
        "data",
        "images",
        "image",
        "audio",
        "inlineData",
        "inline_data",
        "output",
        "outputs",
        "result",
        "results",
        "artifacts",
        "predictions",
        "choices",
        "message",
        "content",
    ];

    /// <param name="answer">The body.</param>
    /// <param name="wanted">The expected kind, for the message about another answer.</param>
    /// <exception cref="BadAnswerException">It has none.</exception>
    public static IReadOnlyList<Medium> Read(ReadOnlyMemory<byte> answer, string wanted)
    {
        if (IsMedium(answer.Span))
            return [new Medium(answer)];

        using var json = Json(answer);
        if (json is not null && EndpointError.IsIn(json.RootElement))
            throw new BadAnswerException(EndpointError.OfJson(json.RootElement, status: null));

        List<Medium> found = [];
        if (json is null && OfText(Encoding.UTF8.GetString(answer.Span).Trim()) is { } medium)
            found.Add(medium);
        else if (json is not null)
            Find(json.RootElement, found);
        return found.Count > 0 ? found : throw None(answer, wanted);
    }

    /// <summary>The answer as JSON, behind the mark that some servers begin texts with; null when it is none.</summary>
    public static JsonDocument? Json(ReadOnlyMemory<byte> answer)
    {
        try
        {
            return JsonDocument.Parse(answer.Span.StartsWith(Encoding.UTF8.Preamble) ? answer[Encoding.UTF8.Preamble.Length..] : answer);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    public static bool IsMedium(ReadOnlySpan<byte> bytes) => TypeOf(bytes).Split('/')[0] is "image" or "audio" or "video";

    public static string TypeOf(ReadOnlySpan<byte> bytes) => MediaTypes.Of(HeadOf(bytes), "");

    public static bool IsText(ReadOnlySpan<byte> bytes) => MediaTypes.IsText(HeadOf(bytes));

    private static ReadOnlySpan<byte> HeadOf(ReadOnlySpan<byte> bytes) => bytes[..Math.Min(bytes.Length, MediaTypes.HeadLength)];

    /// <summary>The answer in place of media. Known words about the reason make it an error like any other.</summary>
    private static BadAnswerException None(ReadOnlyMemory<byte> answer, string wanted)
    {
        var error = EndpointError.OfBody(
            status: null,
            IsText(answer.Span) ? Encoding.UTF8.GetString(answer.Span) : $"({answer.Length} bytes of no known kind)"
        );
        return RefusalWords.KindOf(error) == RefusalKind.Other
            ? new BadAnswerException($"The endpoint answered no {wanted}: {(answer.IsEmpty ? error.Text : Shorten.ToLine(error.Body))}")
            : new BadAnswerException(error);
    }

    private static void Find(JsonElement json, List<Medium> found)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.String when OfText(TextOf(json)) is { } medium:
                found.Add(medium);
                break;
            case JsonValueKind.Array:
                foreach (var element in json.EnumerateArray())
                    Find(element, found);
                break;
            case JsonValueKind.Object:
                FindInMembers(json, found);
                break;
        }
    }

    /// <summary>The first member with media: others repeat the same in another form.</summary>
    private static void FindInMembers(JsonElement json, List<Medium> found)
    {
        var before = found.Count;
        foreach (var name in Encoded)
        {
            // These members are for media alone, so the bytes are taken of any kind; the caller names a wrong kind.
            if (json.Member(name) is { ValueKind: JsonValueKind.String } text && TextOf(text) is var encoded && encoded.Length > 0)
                found.Add(OfText(encoded) ?? (Decode(encoded) is { } bytes ? new Medium(bytes) : throw BrokenBase64()));
            if (found.Count > before)
                return;
        }

        foreach (var name in Addresses.Concat(Wrappers))
        {
            if (json.Member(name) is { } member)
                Find(member, found);
            if (found.Count > before)
                return;
        }
    }

    /// <summary>An address, or bytes in base64 with or without the beginning that makes an address of them.</summary>
    private static Medium? OfText(string text)
    {
        if (text.StartsWith("data:", StringComparison.OrdinalIgnoreCase))
        {
            var comma = text.IndexOf(',', StringComparison.Ordinal);
            return comma > 0 && text.AsSpan(0, comma).EndsWith(";base64", StringComparison.OrdinalIgnoreCase)
                ? new Medium(Decode(text[(comma + 1)..]) ?? throw BrokenBase64())
                : null;
        }

        if (
            text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
            || text.StartsWith("https://", StringComparison.OrdinalIgnoreCase)
            // Base64 of a JPEG begins with a slash as well.
            || (text.StartsWith('/') && text.Length < 2048 && !text.StartsWith("/9j/", StringComparison.Ordinal))
        )
            return new Medium(default, text);

        return text.Length >= 16 && Decode(text) is { } bytes && IsMedium(bytes) ? new Medium(bytes) : null;
    }

    private static BadAnswerException BrokenBase64() => new("The answer has bytes that are no base64.");

    /// <summary>In any of its forms: in lines, without its end, with the letters for addresses.</summary>
    private static byte[]? Decode(string text)
    {
        var buffer = new byte[((text.Length * 3L) / 4) + 3];
        if (Convert.TryFromBase64String(text, buffer, out var length))
            return buffer[..length];

        var plain = string.Concat(text.Where(letter => !char.IsWhiteSpace(letter))).TrimEnd('=').Replace('+', '-').Replace('/', '_');
        return Base64Url.IsValid(plain) ? Base64Url.DecodeFromChars(plain) : null;
    }

    private static string TextOf(JsonElement text)
    {
        try
        {
            return text.GetString()!;
        }
        catch (InvalidOperationException)
        {
            // Half a character, which neither an address nor base64 has.
            return "";
        }
    }
}

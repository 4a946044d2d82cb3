using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Ocs;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// The parameters of a request as PHP merges them: a JSON or form body before the query. What is missing or of the wrong
/// kind ends in a 400 that names it.
/// </summary>
internal sealed class OcsParameters
{
    private readonly JsonElement? _body;
    private readonly JsonElement? _query;

    private OcsParameters(JsonElement? body, JsonElement? query)
    {
        _body = body;
        _query = query;
    }

    public static async ValueTask<OcsParameters> BindAsync(HttpContext context)
    {
        var request = context.Request;
        var options = context.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value;
        JsonElement? body = null;
        if (JsonBody.IsJson(request))
            body = await JsonBody.ReadAsync(request, options.MaxRequestBytes, context.RequestAborted);
        else if (request.HasFormContentType)
            body = JsonSerializer.SerializeToElement(PhpForm.Read(await ReadFormAsync(request, context.RequestAborted)));

        var query = request.QueryString.HasValue ? JsonSerializer.SerializeToElement(PhpForm.Read(request.Query)) : (JsonElement?)null;
        var parameters = new OcsParameters(body, query);
        if (parameters.Find("format") is { ValueKind: JsonValueKind.String } format)
            context.Items[OcsRequest.FormatItem] = format.GetString();

        return parameters;
    }

    /// <summary>The parameters in a part of a body.</summary>
    /// <exception cref="BadHttpRequestException">It is no object.</exception>
    public static OcsParameters Of(JsonElement part) =>
        part.ValueKind == JsonValueKind.Object ? new(part, null) : throw new BadHttpRequestException("Every entry must be an object");

    public bool Has(string name) => Find(name) is not null;

    /// <summary>A text that must be there.</summary>
    public string Text(string name) => OptionalText(name) ?? throw Missing(name, "a string");

    /// <summary>A text that may be absent or null.</summary>
    public string? OptionalText(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw WrongKind(name, "a string");

        var text = value.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal) ? throw new BadHttpRequestException($"Parameter \"{name}\" must not contain NUL characters") : text;
    }

    /// <summary>A map (or list, as PHP knows no difference) that must be there.</summary>
    public JsonElement Map(string name) => OptionalMap(name) ?? throw Missing(name, "an object");

    /// <summary>A map that may be absent or null.</summary>
    public JsonElement? OptionalMap(string name)
    {
        if (Find(name) is not { } value)
            return null;

        return value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value : throw WrongKind(name, "an object");
    }

    /// <summary>A list of texts that must be there; a lone text is a list separated by commas.</summary>
    public IReadOnlyList<string> List(string name) => OptionalList(name) ?? throw Missing(name, "a list of strings");

    /// <summary>A list of texts that may be absent or null.</summary>
    public IReadOnlyList<string>? OptionalList(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.String } text => text.GetString()!.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
        { ValueKind: JsonValueKind.Array } list => Strings(name, list.EnumerateArray()),
        { ValueKind: JsonValueKind.Object } map => Strings(name, map.EnumerateObject().Select(property => property.Value)),
        _ => throw WrongKind(name, "a list of strings"),
    };

    /// <summary>A number that must be there; text and truth values are cast as PHP does (<c>"abc"</c> is 0).</summary>
    public double Float(string name) => Find(name) switch
    {
        null => throw Missing(name, "a number"),
        { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
        { ValueKind: JsonValueKind.String } text => PhpNumber.ToFloat(text.GetString()!),
        { ValueKind: JsonValueKind.True } => 1,
        { ValueKind: JsonValueKind.False } => 0,
        _ => throw WrongKind(name, "a number"),
    };

    /// <summary>An id that must be there, as a number or as text that is one.</summary>
    public long Id(string name) => Find(name) switch
    {
        null => throw Missing(name, "a number"),
        { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var id) => id,
        { ValueKind: JsonValueKind.String } text when long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) => id,
        _ => throw WrongKind(name, "a whole number"),
    };

    /// <summary>An integer that may be absent or null, cast like <see cref="Float"/>.</summary>
    public int Integer(string name, int otherwise) => Has(name) ? (int)Math.Clamp(Float(name), int.MinValue, int.MaxValue) : otherwise;

    /// <summary>A truth value that may be absent or null: the text <c>false</c> is false, else PHP's rules.</summary>
    public bool Boolean(string name, bool otherwise) => Find(name) switch
    {
        null => otherwise,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Number } number => number.GetDouble() != 0,
        { ValueKind: JsonValueKind.String } text => text.GetString() is not ("" or "0" or "false"),
        _ => throw WrongKind(name, "true or false"),
    };

    /// <summary>Any JSON value; null when absent or null.</summary>
    public JsonElement? Find(string name) => Find(_body, name) ?? Find(_query, name);

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception problem) when (problem is InvalidDataException or IOException and not BadHttpRequestException)
        {
            // Too many fields, or a multipart body that ends before its last boundary: the caller's mistake, no error of ours.
            throw new BadHttpRequestException($"The form in the request body cannot be read: {problem.Message}", problem);
        }
    }

    private static JsonElement? Find(JsonElement? source, string name) =>
        source is { ValueKind: JsonValueKind.Object } map && map.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private static List<string> Strings(string name, IEnumerable<JsonElement> entries)
    {
        var strings = new List<string>();
        foreach (var entry in entries)
            strings.Add(entry.ValueKind == JsonValueKind.String ? entry.GetString()! : throw WrongKind(name, "a list of strings"));

        return strings;
    }

    private static BadHttpRequestException Missing(string name, string kind) => new($"Parameter \"{name}\" is missing; it must be {kind}");

    private static BadHttpRequestException WrongKind(string name, string kind) => new($"Parameter \"{name}\" must be {kind}");
}

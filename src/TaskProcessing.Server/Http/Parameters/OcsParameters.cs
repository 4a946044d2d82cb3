using System.Globalization;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Http.Bodies;
using TaskProcessing.Server.Http.Ocs;

namespace TaskProcessing.Server.Http.Parameters;

/// <summary>
/// The parameters of a request as PHP merges them: a JSON or form body before the query. A missing or wrong one ends in a
/// 400 that names it.
/// </summary>
internal sealed class OcsParameters
{
    private const NumberStyles NumberText = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;

    private readonly JsonElement? _body;
    private readonly JsonElement? _query;

    /// <summary>The advice for a request whose body has no parameters, for the message; empty when there is none.</summary>
    private readonly string _hint;

    private OcsParameters(JsonElement? body, JsonElement? query, string hint = "")
    {
        _body = body;
        _query = query;
        _hint = hint;
    }

    public static async ValueTask<OcsParameters> BindAsync(HttpContext context)
    {
        var request = context.Request;
        var options = context.RequestServices.GetRequiredService<IOptions<OcsOptions>>().Value;
        JsonElement? body = null;
        if (JsonBody.IsJson(request))
            body = await JsonBody.ReadAsync(request, options.MaxRequestBytes, context.RequestAborted);
        else if (request.HasFormContentType)
            body = JsonSerializer.SerializeToElement(
                PhpForm.Read(await ReadFormAsync(request, options.MaxRequestBytes, context.RequestAborted))
            );

        var query = request.QueryString.HasValue ? JsonSerializer.SerializeToElement(PhpForm.Read(request.Query)) : (JsonElement?)null;
        var parameters = new OcsParameters(body, query, Hint(request, body));
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
    public string Text(string name) => OptionalText(name) ?? throw Missing(name, "a string", _hint);

    /// <summary>A text that may be absent or null.</summary>
    public string? OptionalText(string name)
    {
        if (Find(name) is not { } value)
            return null;
        if (value.ValueKind != JsonValueKind.String)
            throw WrongKind(name, "a string");

        return Text(name, value);
    }

    /// <summary>A map (or list, as PHP knows no difference) that must be there.</summary>
    public JsonElement Map(string name) => OptionalMap(name) ?? throw Missing(name, "an object", _hint);

    /// <summary>A map that may be absent or null.</summary>
    public JsonElement? OptionalMap(string name)
    {
        if (Find(name) is not { } value)
            return null;

        return value.ValueKind is JsonValueKind.Object or JsonValueKind.Array ? value : throw WrongKind(name, "an object");
    }

    /// <summary>A list of texts that must be there; a lone text is a list separated by commas.</summary>
    public IReadOnlyList<string> List(string name) => OptionalList(name) ?? throw Missing(name, "a list of strings", _hint);

    /// <summary>A list of texts that may be absent or null.</summary>
    public IReadOnlyList<string>? OptionalList(string name) =>
        Find(name) switch
        {
            null => null,
            { ValueKind: JsonValueKind.String } text => Text(name, text)
                .Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries),
            { ValueKind: JsonValueKind.Array } list => Strings(name, list.EnumerateArray()),
            { ValueKind: JsonValueKind.Object } map => Strings(name, map.EnumerateObject().Select(property => property.Value)),
            _ => throw WrongKind(name, "a list of strings"),
        };

    /// <summary>
    /// A number that must be there; text and truth values are cast as PHP does (<c>"abc"</c> is 0). Only for parameters that
    /// Nextcloud reads so.
    /// </summary>
    public double Float(string name) =>
        Find(name) switch
        {
            null => throw Missing(name, "a number", _hint),
            { ValueKind: JsonValueKind.Number } number => number.GetDouble(),
            { ValueKind: JsonValueKind.String } text => PhpNumber.ToFloat(text.GetString()!),
            { ValueKind: JsonValueKind.True } => 1,
            { ValueKind: JsonValueKind.False } => 0,
            _ => throw WrongKind(name, "a number"),
        };

    /// <summary>A number that must be there, as a number or as text that is one, as it is in queries and forms.</summary>
    public double Number(string name) =>
        Find(name) switch
        {
            null => throw Missing(name, "a number", _hint),
            { ValueKind: JsonValueKind.Number } number when double.IsFinite(number.GetDouble()) => number.GetDouble(),
            { ValueKind: JsonValueKind.String } text
                when double.TryParse(text.GetString(), NumberText, CultureInfo.InvariantCulture, out var number)
                    && double.IsFinite(number) => number,
            _ => throw WrongKind(name, "a number"),
        };

    /// <summary>An id that must be there, as a number or as text that is one.</summary>
    public long Id(string name) =>
        Find(name) switch
        {
            null => throw Missing(name, "a number", _hint),
            { ValueKind: JsonValueKind.Number } number when number.TryGetInt64(out var id) => id,
            { ValueKind: JsonValueKind.String } text
                when long.TryParse(text.GetString(), NumberStyles.None, CultureInfo.InvariantCulture, out var id) => id,
            _ => throw WrongKind(name, "a whole number"),
        };

    /// <summary>A whole number that may be absent or null.</summary>
    public int Integer(string name, int otherwise) =>
        Whole(name, otherwise) is var number and >= int.MinValue and <= int.MaxValue
            ? (int)number
            : throw WrongKind(name, "a whole number of 32 bits");

    /// <summary>The number that the caller asks for, at most <paramref name="most"/>; absent or null is 1.</summary>
    public int Count(string name, int most) => (int)Math.Clamp(Whole(name, otherwise: 1), 0, most);

    /// <summary>A truth value that may be absent or null, as one, as 0 or 1, or as text that is one of these.</summary>
    public bool Boolean(string name, bool otherwise) =>
        Find(name) switch
        {
            null => otherwise,
            { ValueKind: JsonValueKind.True } => true,
            { ValueKind: JsonValueKind.False } => false,
            { ValueKind: JsonValueKind.Number } number when number.GetDouble() is 0 or 1 => number.GetDouble() is 1,
            { ValueKind: JsonValueKind.String } text when text.GetString() is "" or "0" or "false" => false,
            { ValueKind: JsonValueKind.String } text when text.GetString() is "1" or "true" => true,
            _ => throw WrongKind(name, "true or false"),
        };

    /// <summary>Any JSON value; null when absent or null.</summary>
    public JsonElement? Find(string name) => Find(_body, name) ?? Find(_query, name);

    private static async Task<IFormCollection> ReadFormAsync(HttpRequest request, long maxBytes, CancellationToken cancellationToken)
    {
        var form = await WholeBody.ReadAsync(request, maxBytes, cancellationToken);
        if (request.HttpContext.GetEndpoint()?.Metadata.GetMetadata<MendedJson.Metadata>() is not null)
            form = WithoutNul(form);
        var sent = request.Body;
        try
        {
            request.Body = new MemoryStream(form.Array!, form.Offset, form.Count, writable: false);
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (Exception problem)
            when (problem is InvalidDataException or NotSupportedException or IOException and not BadHttpRequestException)
        {
            // Too many fields, a charset that is not read (UTF-7), or a multipart body that ends before its last boundary:
            // the caller's mistake, no error of ours.
            throw new BadHttpRequestException($"The form in the request body cannot be read: {problem.Message}", problem);
        }
        finally
        {
            request.Body = sent;
        }
    }

    /// <summary>The framework's reader refuses a form for one NUL; the report in it is taken with U+FFFD instead.</summary>
    private static ArraySegment<byte> WithoutNul(ArraySegment<byte> form) =>
        form.AsSpan().IndexOf("%00"u8) < 0
            ? form
            // Latin-1 keeps every byte as it is.
            : Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(form).Replace("%00", "%EF%BF%BD", StringComparison.Ordinal));

    private double Whole(string name, int otherwise)
    {
        if (!Has(name))
            return otherwise;

        var number = Number(name);
        return Math.Floor(number) == number ? number : throw WrongKind(name, "a whole number");
    }

    private static JsonElement? Find(JsonElement? source, string name) =>
        source is { ValueKind: JsonValueKind.Object } map
        && map.TryGetProperty(name, out var value)
        && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    private static List<string> Strings(string name, IEnumerable<JsonElement> entries)
    {
        var strings = new List<string>();
        foreach (var entry in entries)
            strings.Add(entry.ValueKind == JsonValueKind.String ? Text(name, entry) : throw WrongKind(name, "a list of strings"));

        return strings;
    }

    /// <summary>PostgreSQL can neither store NUL nor compare with it.</summary>
    private static string Text(string name, JsonElement value)
    {
        var text = value.GetString()!;
        return text.Contains('\0', StringComparison.Ordinal)
            ? throw new BadHttpRequestException($"Parameter \"{name}\" must not contain NUL characters")
            : text;
    }

    /// <summary>
    /// A body of another type is not read, and JSON that is sent as a form, as curl does by default, becomes the name of
    /// a field.
    /// </summary>
    private static string Hint(HttpRequest request, JsonElement? body)
    {
        const string advice = "; send JSON with the header Content-Type: application/json";
        if (body is null && !JsonBody.IsJson(request) && (request.ContentLength > 0 || request.Headers.TransferEncoding.Count > 0))
            return advice;

        return
            request.HasFormContentType
            && body is { ValueKind: JsonValueKind.Object } form
            && form.EnumerateObject().Any(field => field.Name.StartsWith('{'))
            ? advice
            : "";
    }

    private static BadHttpRequestException Missing(string name, string kind, string hint) =>
        new($"Parameter \"{name}\" is missing; it must be {kind}{hint}");

    private static BadHttpRequestException WrongKind(string name, string kind) => new($"Parameter \"{name}\" must be {kind}");
}

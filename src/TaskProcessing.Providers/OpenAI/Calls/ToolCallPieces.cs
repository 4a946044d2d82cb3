using System.Text.Json;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>A call of a tool as it comes, in one piece or in many.</summary>
internal sealed class ToolCallPieces(int? index)
{
    private readonly LenientText _arguments = new();
    private readonly Dictionary<string, JsonElement> _more = [];
    private readonly Dictionary<string, JsonElement> _moreOfFunction = [];
    private string _name = "";

    public string? Id { get; private set; }

    public bool IsNamed => _name.Length > 0;

    /// <summary>
    /// True when a piece belongs to this call. Its index should show that, but some servers number all calls with 0, or
    /// none. Another id is another call, and so is a name once the arguments are complete.
    /// </summary>
    public bool Takes(int? pieceIndex, string? id, string? name) =>
        (pieceIndex is null || index is null || pieceIndex == index)
        && (id is null || Id is null || id == Id)
        && (name is null || (id is not null && id == Id) || !IsJson(_arguments.ToString()));

    public void Add(JsonElement call)
    {
        Id ??= call.Text("id");
        Keep(call, _more, "index", "id", "type", "function", "name", "arguments");
        if (call.Member("function") is { } nested)
            Keep(nested, _moreOfFunction, "name", "arguments");

        var function = call.Member("function") ?? call;
        if (function.Text("name") is { } name && name != _name)
            _name += name;

        // The API has a text here; some servers send the object itself.
        if (function.Member("arguments") is { ValueKind: JsonValueKind.String } text && !RepeatsAll(text))
            _arguments.Append(text);
        else if (function.Member("arguments") is { ValueKind: JsonValueKind.Object or JsonValueKind.Array } value && _arguments.Length == 0)
            _arguments.Append(value.GetRawText());
    }

    public ChatToolCall ToCall(int position) =>
        new(
            Id ?? $"call_{position}",
            new ChatFunctionCall(_name, Arguments()) { More = _moreOfFunction.Count > 0 ? _moreOfFunction : null }
        )
        {
            More = _more.Count > 0 ? _more : null,
        };

    public static bool IsJson(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Some servers repeat the arguments in the last piece.</summary>
    private bool RepeatsAll(JsonElement text) =>
        _arguments.Length > 1 && LenientText.Of(text) is var again && again == _arguments.ToString() && IsJson(again);

    /// <summary>Without arguments there are none; JSON inside of a text of JSON is unwrapped.</summary>
    private string Arguments()
    {
        var arguments = _arguments.ToString().Trim();
        if (arguments is "" or "null" or "None")
            return "{}";
        if (!arguments.StartsWith('"') || !IsJson(arguments))
            return arguments;

        return LenientText.Of(JsonElement.Parse(arguments)) is var inner && IsJson(inner) ? inner : arguments;
    }

    private static void Keep(JsonElement json, Dictionary<string, JsonElement> kept, params ReadOnlySpan<string> known)
    {
        if (json.ValueKind != JsonValueKind.Object)
            return;

        foreach (var member in json.EnumerateObject())
        {
            if (!known.Contains(member.Name) && member.Value.ValueKind != JsonValueKind.Null)
                kept[member.Name] = member.Value.Clone();
        }
    }
}

/// <summary>Members of JSON of which neither the presence nor the kind is certain.</summary>
internal static class UncertainJson
{
    public static JsonElement? Member(this JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>A text that is not empty; a number counts as one.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.Member(name) switch
        {
            { ValueKind: JsonValueKind.String } text when LenientText.Of(text) is { Length: > 0 } value => value,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

    public static int? Number(this JsonElement json, string name) => int.TryParse(json.Text(name), out var number) ? number : null;

    /// <summary>The elements of a list; an element without a list is the only one.</summary>
    public static IEnumerable<JsonElement> Elements(this JsonElement? list) =>
        list switch
        {
            { ValueKind: JsonValueKind.Array } many => many.EnumerateArray(),
            { ValueKind: JsonValueKind.Object } one => [one],
            _ => [],
        };
}

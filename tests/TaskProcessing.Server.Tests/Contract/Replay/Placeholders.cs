using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// The values of the recording's placeholders in one case: <c>&lt;task&gt;</c>, <c>&lt;file hello.txt&gt;</c>,
/// <c>&lt;base&gt;</c> and so on.
/// </summary>
internal sealed partial class Placeholders
{
    private readonly ConcurrentDictionary<string, string> _values = new();

    public string this[string placeholder]
    {
        get => _values[placeholder];
        set => _values[placeholder] = value;
    }

    public string? Find(string placeholder) => _values.GetValueOrDefault(placeholder);

    /// <summary>The text with the values of its placeholders; one without a value may be a real tag.</summary>
    public string Fill(string text) =>
        Placeholder()
            .Replace(
                text,
                match =>
                {
                    if (_values.TryGetValue(match.Value, out var value))
                        return value;

                    var repeat = Repetition().Match(match.Value);
                    return repeat.Success
                        ? string.Concat(
                            Enumerable.Repeat(repeat.Groups[2].Value, int.Parse(repeat.Groups[1].Value, CultureInfo.InvariantCulture))
                        )
                        : match.Value;
                }
            );

    /// <summary>
    /// A request's JSON with placeholders filled in: ids as numbers, everything else inside its text. A slot's description is
    /// its name.
    /// </summary>
    public JsonNode? Fill(JsonNode? json) =>
        json switch
        {
            JsonObject map => new JsonObject(
                map.Select(entry =>
                    KeyValuePair.Create(entry.Key, Fill((entry.Value as JsonValue)?.ToString() == "<text>" ? map["name"] : entry.Value))
                )
            ),
            JsonArray list => new JsonArray([.. list.Select(Fill)]),
            JsonValue value when value.TryGetValue(out string? text) => FillText(text),
            _ => json?.DeepClone(),
        };

    private JsonNode? FillText(string text)
    {
        if (Number().Match(text) is { Success: true } number && _values.TryGetValue(number.Groups[1].Value, out var id))
            return JsonNode.Parse(id + number.Groups[2].Value);
        if (text.StartsWith("text <file", StringComparison.Ordinal))
            return JsonValue.Create(Fill(text["text ".Length..]));

        return JsonValue.Create(Fill(text));
    }

    [GeneratedRegex("<[^<>]+>")]
    private static partial Regex Placeholder();

    [GeneratedRegex("^<([0-9]+) x (.)>$")]
    private static partial Regex Repetition();

    /// <summary>An id on its own, or with a fraction: <c>&lt;file hello.txt&gt; + 0.5</c>.</summary>
    [GeneratedRegex(@"^(<[^<>]+>)(?: \+ 0(\.[0-9]))?$")]
    private static partial Regex Number();
}

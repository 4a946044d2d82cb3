using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Compares a whole answer with the recorded one. Nothing is left out; only the recording's placeholders stand for more
/// than one value. The order of a map's entries does not count, and numbers are compared as numbers.
/// </summary>
internal sealed class DocumentComparison(Placeholders placeholders, long now)
{
    private readonly List<string> _misfits = [];

    public static IReadOnlyList<string> Differences(RecordedAnswer expected, RecordedAnswer actual, Placeholders placeholders, long now)
    {
        var comparison = new DocumentComparison(placeholders, now);
        comparison.CompareAnswers(expected, actual);
        return comparison._misfits;
    }

    private void CompareAnswers(RecordedAnswer expected, RecordedAnswer actual)
    {
        if (expected.Status != actual.Status)
            Report("status", expected.Status, actual.Status);
        foreach (var name in RecordedAnswer.ComparedHeaders)
        {
            var (wanted, given) = (expected.Headers.GetValueOrDefault(name), actual.Headers.GetValueOrDefault(name));
            if (!SameHeader(wanted, given))
                Report(name, wanted, given);
        }

        if (expected.Kind != actual.Kind)
            Report("kind", expected.Kind, $"{actual.Kind}: {actual.Body?.ToJsonString()}");
        else
            Compare("", expected.Body, actual.Body);
    }

    private bool SameHeader(string? expected, string? actual) =>
        expected?.EndsWith("<stored name>", StringComparison.Ordinal) == true
            ? actual?.Length > expected.Length - "<stored name>".Length
                && actual.StartsWith(expected[..^"<stored name>".Length], StringComparison.Ordinal)
            : string.Equals(expected is null ? null : placeholders.Fill(expected), actual, StringComparison.OrdinalIgnoreCase);

    private void Compare(string path, JsonNode? expected, JsonNode? actual)
    {
        switch (expected)
        {
            case JsonObject text
                when text.Count == 1 && text.TryGetPropertyValue("text", out var inner) && actual?.GetValueKind() == JsonValueKind.String:
                Compare($"{path}(text)", inner, JsonNode.Parse((string)actual!));
                break;
            case JsonObject map when actual is JsonObject actualMap:
                CompareMaps(path, map, actualMap);
                break;
            case JsonArray list when actual is JsonArray actualList && list.Count == actualList.Count:
                for (var index = 0; index < list.Count; index++)
                    Compare($"{path}[{index}]", list[index], actualList[index]);
                break;
            case JsonValue value when actual is JsonValue actualValue && Same(value, actualValue):
            case null when actual is null:
                break;
            default:
                Report(path, expected?.ToJsonString(), actual?.ToJsonString());
                break;
        }
    }

    private void CompareMaps(string path, JsonObject expected, JsonObject actual)
    {
        foreach (var (key, value) in expected)
        {
            if (actual.TryGetPropertyValue(key, out var given))
                Compare($"{path}/{key}", value, given);
            else
                Report($"{path}/{key}", value?.ToJsonString(), "nothing");
        }

        foreach (var (key, value) in actual.Where(entry => !expected.ContainsKey(entry.Key)))
            Report($"{path}/{key}", "nothing", value?.ToJsonString());
    }

    private bool Same(JsonValue expected, JsonValue actual)
    {
        if (expected.GetValueKind() == JsonValueKind.Number && actual.GetValueKind() == JsonValueKind.Number)
            return expected.ToJsonString() == actual.ToJsonString() || Number(expected) == Number(actual);
        if (!expected.TryGetValue(out string? text))
            return JsonNode.DeepEquals(expected, actual);

        // In XML everything is text, so that an id may be either.
        var given = actual.TryGetValue(out string? plain) ? plain : actual.ToJsonString();
        switch (text)
        {
            case "<text>" or "<stored name>":
                return plain is not null;
            case "<time>":
                return given == now.ToString(CultureInfo.InvariantCulture);
            case "<scheduledAt + 30>":
                return given == (now + 30).ToString(CultureInfo.InvariantCulture);
            case "N":
                return given.Length > 0 && given.All(character => char.IsAsciiDigit(character) || character == '.');
        }

        if (
            text.StartsWith("<task", StringComparison.Ordinal)
            || text.StartsWith("<result file", StringComparison.Ordinal)
            || text == "<row id>"
        )
            return SameId(text, given);
        if (text.EndsWith("<...>", StringComparison.Ordinal))
            return given.StartsWith(text[..^"<...>".Length], StringComparison.Ordinal);

        var filled = placeholders.Fill(text);
        return filled == given && (plain is not null || filled != text);
    }

    /// <summary>An id that is seen for the first time is remembered, and must come again where its placeholder does.</summary>
    private bool SameId(string placeholder, string given)
    {
        if (placeholders.Find(placeholder) is { } known)
            return known == given;

        placeholders[placeholder] = given;
        return long.TryParse(given, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id > 0;
    }

    private static double Number(JsonValue value) => double.Parse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture);

    private void Report(string where, object? expected, object? actual) =>
        _misfits.Add($"{(where.Length == 0 ? "body" : where)}: expected {expected ?? "nothing"}, was {actual ?? "nothing"}");
}

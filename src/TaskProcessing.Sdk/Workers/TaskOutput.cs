using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>
/// The values of a task's slots, output or input: slot key to value. Made to be written as
/// <c>new TaskOutput { ["output"] = text }</c>, or <c>new TaskOutput { { "images", ids } }</c> for other kinds of values.
/// </summary>
public sealed class TaskOutput : IEnumerable<KeyValuePair<string, JsonElement>>
{
    private readonly Dictionary<string, JsonElement> _values;

    /// <summary>No slot is set yet.</summary>
    public TaskOutput() => _values = [];

    private TaskOutput(Dictionary<string, JsonElement> values) => _values = values;

    /// <summary>The number of set slots.</summary>
    public int Count => _values.Count;

    /// <summary>Sets a Text or Enum slot.</summary>
    public string this[string key]
    {
        set => Add(key, value);
    }

    /// <summary>Reads a JSON object; also an empty list, which is how some servers write an empty object.</summary>
    /// <exception cref="JsonException">The text is no JSON, or neither an object nor an empty list.</exception>
    public static TaskOutput FromJson(string json)
    {
        using var document = JsonDocument.Parse(json);
        return FromJson(document.RootElement);
    }

    /// <summary>Takes over a JSON object; also an empty list, which is how some servers write an empty object.</summary>
    /// <exception cref="JsonException">It is neither an object nor an empty list.</exception>
    public static TaskOutput FromJson(JsonElement json) =>
        json.ValueKind switch
        {
            JsonValueKind.Object => new(json.EnumerateObject().ToDictionary(slot => slot.Name, slot => slot.Value.Clone())),
            JsonValueKind.Array when json.GetArrayLength() == 0 => [],
            _ => throw new JsonException($"The values of a task's slots must be a JSON object, not {json.ValueKind}."),
        };

    /// <summary>Sets a Text or Enum slot.</summary>
    public void Add(string key, string value) => _values[key] = JsonSerializer.SerializeToElement(value, ProtocolJson.Default.String);

    /// <summary>Sets a Number slot.</summary>
    public void Add(string key, double value) => _values[key] = JsonSerializer.SerializeToElement(value, ProtocolJson.Default.Double);

    /// <summary>Sets a slot that holds a file id.</summary>
    public void Add(string key, long fileId) => _values[key] = JsonSerializer.SerializeToElement(fileId, ProtocolJson.Default.Int64);

    /// <summary>Sets a list of texts.</summary>
    public void Add(string key, IEnumerable<string> values) =>
        _values[key] = JsonSerializer.SerializeToElement(values, ProtocolJson.Default.IEnumerableString);

    /// <summary>Sets a list of file ids.</summary>
    public void Add(string key, IEnumerable<long> fileIds) =>
        _values[key] = JsonSerializer.SerializeToElement(fileIds, ProtocolJson.Default.IEnumerableInt64);

    /// <summary>Sets a slot to any JSON value.</summary>
    public void Add(string key, JsonElement value) => _values[key] = value;

    /// <summary>The value of a slot, if it is set.</summary>
    public bool TryGetValue(string key, out JsonElement value) => _values.TryGetValue(key, out value);

    /// <summary>The text of a slot, if it is set to one.</summary>
    public bool TryGetText(string key, [NotNullWhen(true)] out string? text)
    {
        text = _values.TryGetValue(key, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        return text is not null;
    }

    /// <summary>The slots as JSON text, such as <c>{"output":"…"}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(_values, ProtocolJson.Default.DictionaryStringJsonElement);

    /// <summary>The slots as a JSON object.</summary>
    public JsonElement ToJsonElement() => JsonSerializer.SerializeToElement(_values, ProtocolJson.Default.DictionaryStringJsonElement);

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>A copy of the present values, which later changes do not touch.</summary>
    internal TaskOutput Copy() => new(new Dictionary<string, JsonElement>(_values));
}

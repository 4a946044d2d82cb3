using System.Collections;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers;

/// <summary>A task's output: slot key to value. Made to be written as <c>new TaskOutput { ["output"] = text }</c>.</summary>
public sealed class TaskOutput : IEnumerable<KeyValuePair<string, JsonElement>>
{
    private readonly Dictionary<string, JsonElement> _values = [];

    /// <summary>Sets a Text or Enum slot.</summary>
    public string this[string key]
    {
        set => Add(key, value);
    }

    /// <summary>Sets a Text or Enum slot.</summary>
    public void Add(string key, string value) => _values[key] = JsonSerializer.SerializeToElement(value);

    /// <summary>Sets a Number slot.</summary>
    public void Add(string key, double value) => _values[key] = JsonSerializer.SerializeToElement(value);

    /// <summary>Sets a slot that holds a file id.</summary>
    public void Add(string key, long fileId) => _values[key] = JsonSerializer.SerializeToElement(fileId);

    /// <summary>Sets a list of texts.</summary>
    public void Add(string key, IEnumerable<string> values) => _values[key] = JsonSerializer.SerializeToElement(values);

    /// <summary>Sets a list of file ids.</summary>
    public void Add(string key, IEnumerable<long> fileIds) => _values[key] = JsonSerializer.SerializeToElement(fileIds);

    /// <summary>Sets a slot to any JSON value.</summary>
    public void Add(string key, JsonElement value) => _values[key] = value;

    /// <summary>The output as JSON text, such as <c>{"output":"…"}</c>.</summary>
    public string ToJson() => JsonSerializer.Serialize(_values, ProtocolJson.Default.DictionaryStringJsonElement);

    /// <inheritdoc />
    public IEnumerator<KeyValuePair<string, JsonElement>> GetEnumerator() => _values.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}

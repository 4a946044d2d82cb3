using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace TaskProcessing.Sdk.Protocol;

/// <summary>The JSON form of the protocol's types: camel case, nulls kept, text unescaped where JSON allows it.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ProtocolTask))]
[JsonSerializable(typeof(List<ProtocolTask>))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(double))]
[JsonSerializable(typeof(long))]
[JsonSerializable(typeof(IEnumerable<string>))]
[JsonSerializable(typeof(IEnumerable<long>))]
internal sealed partial class ProtocolJson : JsonSerializerContext
{
    /// <summary>
    /// The deepest nesting of a request's JSON, the outermost object included. Answers repeat parts of it up to six
    /// levels deeper, and readers give up at 64: this SDK, and every reader with the defaults of .NET.
    /// </summary>
    public const int MaxRequestDepth = 32;

    /// <summary>
    /// Options of the writers: JSON is only sent as a body of its own media type, so only mandatory characters are
    /// escaped.
    /// </summary>
    public static JsonWriterOptions WriterOptions { get; } =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>Any value that has a JSON form; for the small answers around task processing.</summary>
internal sealed record ValueData<T>(T Value, JsonTypeInfo<T> Type) : OcsData
{
    public override void Write(Utf8JsonWriter json, OcsStyle style) => JsonSerializer.Serialize(json, Value, Type);
}

using System.Text.Json;

namespace TaskProcessing.Server.Http.Ocs;

/// <summary>The content of <c>ocs.data</c>. It is written as JSON; XML is made from that.</summary>
internal abstract record OcsData
{
    public static OcsData Null { get; } = new Literal("null");

    /// <summary>The data of the framework's own errors.</summary>
    public static OcsData EmptyList { get; } = new Literal("[]");

    public static OcsData Message(string message) => new MessageData(message);

    public static OcsData Number(long number) => new Literal(number.ToString(System.Globalization.CultureInfo.InvariantCulture));

    public abstract void Write(Utf8JsonWriter json, OcsStyle style);

    private sealed record Literal(string Json) : OcsData
    {
        public override void Write(Utf8JsonWriter json, OcsStyle style) => json.WriteRawValue(Json, skipInputValidation: true);
    }

    private sealed record MessageData(string Text) : OcsData
    {
        public override void Write(Utf8JsonWriter json, OcsStyle style)
        {
            json.WriteStartObject();
            json.WriteString("message", style.Language.Translate(Text));
            json.WriteEndObject();
        }
    }
}

using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TaskProcessing.Server.Providers.OpenAI.Calls;

/// <summary>The body of <c>POST /chat/completions</c>; what is not set is not sent.</summary>
internal sealed record ChatRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The tools that the model may call, as the API has them: a list.</summary>
    public JsonElement? Tools { get; init; }

    public double? Temperature { get; init; }

    public int? MaxTokens { get; init; }

    public int? MaxCompletionTokens { get; init; }

    public bool? Stream { get; init; }

    public BinaryData ToBody() => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(this, PlainJson.Chat.ChatRequest));
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">A text, or a list of parts.</param>
internal sealed record ChatMessage(string Role, JsonNode? Content)
{
    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }

    public string? ToolCallId { get; init; }

    public static ChatMessage System(string text) => new("system", text);

    public static ChatMessage User(string text) => new("user", text);

    public static ChatMessage Assistant(string text) => new("assistant", text);
}

/// <summary>A call of a tool that a model asks for.</summary>
internal sealed record ChatToolCall(string Id, ChatFunctionCall Function)
{
    public string Type { get; init; } = "function";
}

/// <param name="Name">Which function.</param>
/// <param name="Arguments">A text that should be JSON.</param>
internal sealed record ChatFunctionCall(string Name, string Arguments);

/// <summary>What a model answered.</summary>
/// <param name="Text">Without the thoughts that some models put first.</param>
/// <param name="ToolCalls">The tools that it wants called.</param>
internal sealed record ChatAnswer(string Text, IReadOnlyList<ChatToolCall> ToolCalls);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatRequest))]
internal sealed partial class ChatJson : JsonSerializerContext;

internal static class PlainJson
{
    /// <summary>Letters as they are, which is shorter: nobody puts this into a page.</summary>
    public static ChatJson Chat { get; } = new(new JsonSerializerOptions(ChatJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
}

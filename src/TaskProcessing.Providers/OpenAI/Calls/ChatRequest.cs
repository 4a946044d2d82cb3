using System.ClientModel;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>The body of <c>POST /chat/completions</c>; unset members are not sent.</summary>
internal sealed record ChatRequest
{
    public required string Model { get; init; }

    public required IReadOnlyList<ChatMessage> Messages { get; init; }

    /// <summary>The tools that the model may call, as the API has them: a list.</summary>
    public JsonElement? Tools { get; init; }

    public double? Temperature { get; init; }

    /// <summary>The limit of tokens of the answer.</summary>
    public int? MaxTokens { get; init; }

    /// <summary>The same by its newer name; one of the two is sent.</summary>
    public int? MaxCompletionTokens { get; init; }

    public bool? Stream { get; init; }

    /// <summary>
    /// The message that asks the model to continue an answer cut by the limit of tokens; null when the task itself set
    /// the limit.
    /// </summary>
    [JsonIgnore]
    public string? GoOn { get; init; }

    /// <summary>True when the conversation is about the marks of thoughts, so that an answer may have them as well.</summary>
    [JsonIgnore]
    public bool MentionsThoughts =>
        Messages.Any(message => message.Content is JsonValue text && ReasoningTags.IsMentionedIn(text.GetValue<string>()));

    public BinaryData ToBody() => BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(this, PlainJson.Chat.ChatRequest));
}

/// <summary>One message of a conversation.</summary>
/// <param name="Role">system, user, assistant or tool.</param>
/// <param name="Content">A text, or a list of parts.</param>
internal sealed record ChatMessage(string Role, JsonNode? Content)
{
    public const string UserRole = "user";

    private const string SystemRole = "system";

    [JsonIgnore]
    public bool IsSystem => Role == SystemRole;

    public IReadOnlyList<ChatToolCall>? ToolCalls { get; init; }

    public string? ToolCallId { get; init; }

    public static ChatMessage System(string text) => new(SystemRole, text);

    public static ChatMessage User(string text) => new(UserRole, text);

    public static ChatMessage Assistant(string text) => new("assistant", text);
}

/// <summary>A call of a tool that a model asks for.</summary>
internal sealed record ChatToolCall(string Id, ChatFunctionCall Function)
{
    public string Type { get; init; } = "function";

    /// <summary>Other members of the endpoint, such as a signature, which it expects again in the next turn.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

/// <param name="Name">The name of the function.</param>
/// <param name="Arguments">A text that should be JSON.</param>
internal sealed record ChatFunctionCall(string Name, string Arguments)
{
    /// <summary>Other members of the endpoint.</summary>
    [JsonExtensionData]
    public Dictionary<string, JsonElement>? More { get; set; }
}

/// <summary>The answer of a model.</summary>
/// <param name="Text">Without the thoughts that some models put first.</param>
/// <param name="ToolCalls">The tools that the model calls.</param>
internal sealed record ChatAnswer(string Text, IReadOnlyList<ChatToolCall> ToolCalls)
{
    /// <summary>True when the limit of tokens ended it.</summary>
    public bool IsCut { get; init; }

    /// <summary>The text, with a note for its reader where it is cut.</summary>
    public string Noted => IsCut && Text.Length > 0 ? $"{Text}\n\n{CutNote}" : Text;

    private const string CutNote = "[The answer ends here: it reached the longest length that the AI model was allowed.]";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ChatRequest))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class ChatJson : JsonSerializerContext;

internal static class PlainJson
{
    /// <summary>Unescaped letters, which is shorter: the text never becomes part of a web page.</summary>
    public static ChatJson Chat { get; } =
        new(new JsonSerializerOptions(ChatJson.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The body of a call.</summary>
    public static BinaryContent BodyOf(JsonObject body) => BinaryContent.Create(BinaryData.FromString(body.ToJsonString(Chat.Options)));
}

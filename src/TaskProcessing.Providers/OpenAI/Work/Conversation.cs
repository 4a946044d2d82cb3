using System.Text.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>
/// Converts a chat between the form of Nextcloud's task types (LangChain's words) and the form of the endpoints' API.
/// </summary>
internal static class Conversation
{
    private const string FunctionMember = "function";

    /// <summary>The known members of a tool call, here and in the endpoints' API.</summary>
    private static readonly string[] Known = ["name", "type", "id", "args", "arguments", "index", FunctionMember];

    private static readonly JsonElement EmptyList = JsonElement.Parse("[]");

    public static IEnumerable<ChatMessage> Begin(TaskRunContext context) =>
        context.Text("system_prompt") is { Length: > 0 } prompt ? [ChatMessage.System(prompt)] : [];

    /// <summary>Entries are messages as JSON, or plain texts by user and assistant in turn.</summary>
    public static IEnumerable<ChatMessage> History(TaskRunContext context) =>
        context
            .Texts("history")
            .Select((entry, index) => Message(entry) ?? (index % 2 == 0 ? ChatMessage.User(entry) : ChatMessage.Assistant(entry)));

    public static IEnumerable<ChatMessage> ToolResults(TaskRunContext context) =>
        ParseList(context, "tool_message").EnumerateArray().Select(ToolResult);

    /// <exception cref="TaskFailedException">It is no JSON list.</exception>
    public static JsonElement ParseList(TaskRunContext context, string slot)
    {
        var text = context.Text(slot);
        if (string.IsNullOrWhiteSpace(text))
            return EmptyList;

        try
        {
            // Some clients send the one thing that they have without a list around it.
            return JsonElement.Parse(text) switch
            {
                { ValueKind: JsonValueKind.Array } list => list,
                { ValueKind: JsonValueKind.Object } one => JsonElement.Parse($"[{one.GetRawText()}]"),
                { ValueKind: JsonValueKind.Null } => EmptyList,
                _ => throw new TaskFailedException($"The input slot \"{slot}\" must hold a JSON list."),
            };
        }
        catch (JsonException error)
        {
            throw new TaskFailedException($"The input slot \"{slot}\" is no JSON: {error.Message}");
        }
    }

    public static string WriteToolCalls(IEnumerable<ChatToolCall> calls) =>
        new JsonArray([
            .. calls.Select(call =>
            {
                var written = new JsonObject
                {
                    ["name"] = call.Function.Name,
                    ["type"] = "tool_call",
                    ["id"] = call.Id,
                    ["args"] = Arguments(call.Function),
                };
                foreach (var (name, value) in call.More ?? [])
                    written.TryAdd(name, JsonNode.Parse(value.GetRawText()));
                if (call.Function.More is { } more)
                    written.TryAdd(FunctionMember, JsonSerializer.SerializeToNode(more, PlainJson.Chat.DictionaryStringJsonElement));
                return written;
            }),
        ]).ToJsonString(PlainJson.Chat.Options);

    private static ChatMessage? Message(string entry)
    {
        if (!entry.TrimStart().StartsWith('{'))
            return null;

        try
        {
            var message = JsonElement.Parse(entry);
            return (Text(message, "role"), Text(message, "content") ?? "") switch
            {
                ("human" or "user", var content) => ChatMessage.User(content),
                ("assistant" or "ai", var content) => ChatMessage.Assistant(content) with { ToolCalls = ToolCalls(message) },
                ("system", var content) => ChatMessage.System(content),
                ("tool", _) => ToolResult(message),
                _ => null,
            };
        }
        catch (JsonException)
        {
            // The text contains a curly bracket of its own.
            return null;
        }
    }

    private static ChatMessage ToolResult(JsonElement result) =>
        new("tool", Text(result, "content") ?? "") { ToolCallId = Text(result, "tool_call_id") };

    private static IReadOnlyList<ChatToolCall>? ToolCalls(JsonElement message)
    {
        if (!message.TryGetProperty("tool_calls", out var calls) || calls.ValueKind != JsonValueKind.Array || calls.GetArrayLength() == 0)
            return null;

        return [.. calls.EnumerateArray().Select(ToolCall)];
    }

    /// <summary>Some clients bring calls back in the words of the endpoints' API.</summary>
    private static ChatToolCall ToolCall(JsonElement call)
    {
        var function = call.Member(FunctionMember) ?? default;
        return new ChatToolCall(
            Text(call, "id") ?? "",
            new ChatFunctionCall(
                Text(call, "name") ?? Text(function, "name") ?? "",
                Text(call, "args") ?? Text(function, "arguments") ?? "{}"
            )
            {
                More = More(function),
            }
        )
        {
            More = More(call),
        };
    }

    /// <summary>The endpoint's other members of a call.</summary>
    private static Dictionary<string, JsonElement>? More(JsonElement call)
    {
        if (call.ValueKind != JsonValueKind.Object)
            return null;

        Dictionary<string, JsonElement> more = [];
        foreach (var member in call.EnumerateObject())
        {
            if (!Known.Contains(member.Name))
                more[member.Name] = member.Value;
        }

        return more.Count > 0 ? more : null;
    }

    /// <summary>A text as it is, anything else as JSON.</summary>
    private static string? Text(JsonElement json, string name) =>
        json.ValueKind != JsonValueKind.Object || !json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : value.GetRawText();

    /// <exception cref="TaskFailedException">The model wrote something that is no JSON.</exception>
    private static JsonNode? Arguments(ChatFunctionCall call)
    {
        try
        {
            return JsonNode.Parse(call.Arguments);
        }
        catch (JsonException error)
        {
            throw new TaskFailedException(
                $"The model called {call.Name} with arguments that are no JSON ({error.Message}): {Shorten.ToLine(call.Arguments)}",
                "The AI model used a tool in a wrong way. Please try again."
            )
            {
                Retryable = true,
            };
        }
    }
}

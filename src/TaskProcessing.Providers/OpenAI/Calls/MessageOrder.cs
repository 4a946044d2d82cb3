using System.Text.Json.Nodes;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>
/// Puts messages into the order that the templates of strict models ask for: the prompt first, and never two messages of the
/// same role in a row.
/// </summary>
internal static class MessageOrder
{
    /// <param name="messages">The conversation of the task.</param>
    /// <param name="withSystem">
    /// True when the prompt may be a message of its own; otherwise it goes into the user's first one.
    /// </param>
    public static IReadOnlyList<ChatMessage> Of(IReadOnlyList<ChatMessage> messages, bool withSystem)
    {
        List<ChatMessage> ordered = [];
        foreach (var message in messages.OrderBy(message => !message.IsSystem))
        {
            var next = message.IsSystem && !withSystem ? message with { Role = ChatMessage.UserRole } : message;
            if (ordered.Count > 0 && ordered[^1].Role == next.Role && next.ToolCallId is null)
                ordered[^1] = Join(ordered[^1], next);
            else
                ordered.Add(next);
        }

        return ordered;
    }

    private static ChatMessage Join(ChatMessage first, ChatMessage second) =>
        first with
        {
            Content =
                TextOf(first) is { } one && TextOf(second) is { } other
                    ? JsonValue.Create(string.Join("\n\n", ((string[])[one, other]).Where(text => text.Length > 0)))
                    : new JsonArray([.. PartsOf(first), .. PartsOf(second)]),
            ToolCalls =
                first.ToolCalls is null ? second.ToolCalls
                : second.ToolCalls is null ? first.ToolCalls
                : [.. first.ToolCalls, .. second.ToolCalls],
        };

    private static string? TextOf(ChatMessage message) =>
        message.Content is null ? ""
        : message.Content is JsonValue value && value.TryGetValue<string>(out var text) ? text
        : null;

    private static IEnumerable<JsonNode?> PartsOf(ChatMessage message) =>
        message.Content is JsonArray parts
            ? parts.Select(part => part?.DeepClone())
            : [new JsonObject { ["type"] = "text", ["text"] = TextOf(message) }];
}

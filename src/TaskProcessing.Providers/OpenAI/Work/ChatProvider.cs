using System.Text.Json;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>One turn of a chat.</summary>
internal sealed class ChatProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:text2text:chat";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        ChatMessage[] messages =
        [
            .. Conversation.Begin(context),
            .. Conversation.History(context),
            ChatMessage.User(context.Text("input")),
        ];
        return new TaskOutput { [Output] = (await AskAsync(context, messages)).Noted };
    }
}

/// <summary>One turn of a chat in which the model may ask for tools.</summary>
internal abstract class ToolChatProvider(OpenAIEndpoint endpoint, string taskType) : TextProvider(endpoint, taskType)
{
    protected const string ToolCalls = "tool_calls";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        // The answers of tools come right after the calls that end the history.
        List<ChatMessage> messages =
        [
            .. Conversation.Begin(context),
            .. Conversation.History(context),
            .. Conversation.ToolResults(context),
        ];
        if (await QuestionAsync(context) is { } question)
            messages.Add(question);

        return OutputOf(await AskAsync(context, messages, Tools(context)));
    }

    /// <summary>The user's message; null for none, after the tools have answered.</summary>
    protected abstract Task<ChatMessage?> QuestionAsync(TaskRunContext context);

    protected abstract TaskOutput OutputOf(ChatAnswer answer);

    private static JsonElement? Tools(TaskRunContext context)
    {
        var tools = Conversation.ParseList(context, "tools");
        return tools.GetArrayLength() > 0 ? tools : null;
    }
}

/// <summary>One turn of a chat with tools, in texts alone.</summary>
internal sealed class ChatWithToolsProvider(OpenAIEndpoint endpoint) : ToolChatProvider(endpoint, Type)
{
    public const string Type = "core:text2text:chatwithtools";

    protected override Task<ChatMessage?> QuestionAsync(TaskRunContext context) =>
        Task.FromResult(context.Text("input") is { Length: > 0 } input ? ChatMessage.User(input) : null);

    protected override TaskOutput OutputOf(ChatAnswer answer) =>
        new() { [Output] = answer.Noted, [ToolCalls] = Conversation.WriteToolCalls(answer.ToolCalls) };
}

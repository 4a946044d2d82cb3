using System.Text.Json;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>One turn of a chat.</summary>
internal sealed class ChatProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:text2text:chat";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        ChatMessage[] messages = [.. Conversation.Begin(context), .. Conversation.History(context), ChatMessage.User(context.Text("input"))];
        return new TaskOutput { [Output] = (await AskAsync(context, messages)).Text };
    }
}

/// <summary>One turn of a chat in which the model may ask for tools.</summary>
internal sealed class ChatWithToolsProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:text2text:chatwithtools";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        // What the tools answered comes right after the calls that end the history.
        List<ChatMessage> messages = [.. Conversation.Begin(context), .. Conversation.History(context), .. Conversation.ToolResults(context)];
        if (context.Text("input") is { Length: > 0 } input)
            messages.Add(ChatMessage.User(input));

        var answer = await AskAsync(context, messages, Tools(context));
        return new TaskOutput { [Output] = answer.Text, ["tool_calls"] = Conversation.WriteToolCalls(answer.ToolCalls) };
    }

    private static JsonElement? Tools(TaskRunContext context)
    {
        var tools = Conversation.ParseList(context, "tools");
        return tools.GetArrayLength() > 0 ? tools : null;
    }
}

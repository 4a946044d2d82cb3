using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Work whose result is a text that a model writes, shown while it grows to whom it pleases.</summary>
internal abstract class TextProvider(OpenAIEndpoint endpoint, string taskType) : EndpointProvider(endpoint, taskType)
{
    protected const string Output = "output";

    private const string MaxTokensSlot = "max_tokens";

    protected override ImmutableArray<string> Models => Endpoint.Models.Chat;

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) => descriptor with
    {
        OptionalInputShape = [.. descriptor.OptionalInputShape, new ShapeDescriptor(MaxTokensSlot, "Maximum of tokens", "How long the answer may be, in tokens", ShapeType.Number)],
        OptionalInputShapeDefaults = descriptor.OptionalInputShapeDefaults.Add(MaxTokensSlot, Json(Endpoint.Options.MaxTokens)),
    };

    /// <summary>Asks the model, and shows its answer meanwhile.</summary>
    protected Task<ChatAnswer> AskAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages, JsonElement? tools = null) => AskAsync(
        context, messages, tools, context.Task.PreferStreaming ? text => context.StreamOutputAsync(new TaskOutput { [Output] = text }) : null);

    /// <summary>Asks the model for what is not the result yet.</summary>
    protected Task<ChatAnswer> AskQuietlyAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages) => AskAsync(context, messages, tools: null, onText: null);

    private Task<ChatAnswer> AskAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages, JsonElement? tools, Func<string, ValueTask>? onText)
    {
        var maxTokens = (int)Math.Clamp(context.NumberOrNull(MaxTokensSlot) ?? Endpoint.Options.MaxTokens, 1, int.MaxValue);
        var isNewer = Endpoint.Options.SaysMaxCompletionTokens;
        var request = new ChatRequest
        {
            Model = ModelFor(context),
            Messages = messages,
            Tools = tools,
            MaxTokens = isNewer ? null : maxTokens,
            MaxCompletionTokens = isNewer ? maxTokens : null,
        };
        return Endpoint.Client.ChatAsync(request, onText, context.CancellationToken);
    }
}

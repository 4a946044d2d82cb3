using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Does <see cref="TextWork"/>.</summary>
internal sealed class TextWorkProvider(OpenAIEndpoint endpoint, TextWork work) : TextProvider(endpoint, work.TaskType)
{
    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var text = ChatMessage.User(work.Text(context));
        var answer = await AskAsync(context, work.Prompt is { } prompt ? [ChatMessage.System(Endpoint.Prompts.Fill(prompt, work.Placeholders(context))), text] : [text]);
        return new TaskOutput { [Output] = work.Finish(answer.Text) };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) => base.Describe(descriptor) with
    {
        InputShapeEnumValues = work.Choices,
        InputShapeDefaults = work.Default is var (slot, value)
            ? ImmutableDictionary<string, JsonElement>.Empty.Add(slot, Json(value))
            : descriptor.InputShapeDefaults,
    };
}

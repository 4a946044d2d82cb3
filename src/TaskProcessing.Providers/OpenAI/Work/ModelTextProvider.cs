using System.Collections.Immutable;
using System.Text.Json;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Does <see cref="TextWork"/>.</summary>
internal sealed class ModelTextProvider(OpenAIEndpoint endpoint, TextWork work) : TextProvider(endpoint, work.TaskType)
{
    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var text = context.Text(work.Slot);
        return new TaskOutput
        {
            [Output] = work.LongTexts switch
            {
                LongTexts.InParts => await AskInPartsAsync(context, text, part => Messages(context, part), work.Finish),
                LongTexts.Summarised => work.Finish(await AskAboutAsync(context, text, int.MaxValue, _ => Prompt(context))),
                _ => work.Finish(await AskAsync(context, Messages(context, text))),
            },
        };
    }

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        base.Describe(descriptor) with
        {
            InputShapeEnumValues = work.Choices,
            InputShapeDefaults = work.Default is var (slot, value)
                ? ImmutableDictionary<string, JsonElement>.Empty.Add(slot, Json(value))
                : descriptor.InputShapeDefaults,
        };

    private ChatMessage[] Messages(TaskRunContext context, string text)
    {
        var asked = ChatMessage.User(work.Text(context, text));
        return work.Prompt is null ? [asked] : [ChatMessage.System(Prompt(context)), asked];
    }

    private string Prompt(TaskRunContext context) => Endpoint.Prompts.Fill(work.Prompt!, work.Placeholders(context));
}

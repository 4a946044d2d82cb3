using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Summarises a text; a long one in parts, then the summaries of the parts, until they are one.</summary>
internal sealed class ModelSummaryProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:text2text:summary";

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var answer = await AskAboutAsync(
            context,
            context.Text("input"),
            Endpoint.Options.SummaryPartCharacters,
            areSummaries => Endpoint.Prompts.Fill(areSummaries ? "summary-merge" : "summary")
        );
        return new TaskOutput { [Output] = answer.Noted };
    }
}

using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Summarises a text; a long one in parts, then the summaries of the parts, until they are one.</summary>
internal sealed class SummaryProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:text2text:summary";

    /// <summary>A model that does not shorten would never come to an end.</summary>
    private const int MostRounds = 4;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var text = context.Text("input");
        var prompt = "summary";
        for (var round = 0; round < MostRounds && TextParts.Of(text, Endpoint.Options.SummaryPartCharacters) is { Count: > 1 } parts; round++)
        {
            text = string.Join("\n\n", await SummariseAsync(context, parts));
            prompt = "summary-merge";
        }

        return new TaskOutput { [Output] = (await AskAsync(context, [ChatMessage.System(Endpoint.Prompts.Fill(prompt)), ChatMessage.User(text)])).Text };
    }

    private async Task<List<string>> SummariseAsync(TaskRunContext context, IReadOnlyList<string> parts)
    {
        List<string> summaries = [];
        foreach (var (index, part) in parts.Index())
        {
            var prompt = Endpoint.Prompts.Fill("summary-part", ("part", $"{index + 1}"), ("parts", $"{parts.Count}"));
            summaries.Add((await AskQuietlyAsync(context, [ChatMessage.System(prompt), ChatMessage.User(part)])).Text);
            await context.ReportProgressAsync((index + 1.0) / (parts.Count + 1));
        }

        return summaries;
    }
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Work whose result is a model's text, streamed to tasks that prefer streaming.</summary>
internal abstract class TextProvider(OpenAIEndpoint endpoint, string taskType) : EndpointProvider(endpoint, taskType)
{
    protected const string Output = "output";

    private const string MaxTokensSlot = "max_tokens";

    /// <summary>A token has about as many characters in most languages, and fewer in some.</summary>
    private const int CharactersOfToken = 3;

    /// <summary>A model that does not shorten would never come to an end.</summary>
    private const int MaxRounds = 5;

    protected override ImmutableArray<string> Models => Endpoint.Models.Chat;

    protected override ProviderDescriptor Describe(ProviderDescriptor descriptor) =>
        descriptor with
        {
            OptionalInputShape =
            [
                .. descriptor.OptionalInputShape,
                new ShapeDescriptor(MaxTokensSlot, "Maximum of tokens", "How long the answer may be, in tokens", ShapeType.Number),
            ],
            OptionalInputShapeDefaults = descriptor.OptionalInputShapeDefaults.Add(MaxTokensSlot, Json(Endpoint.Options.MaxTokens)),
        };

    /// <summary>Asks the model, and shows its partial answer.</summary>
    protected Task<ChatAnswer> AskAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages, JsonElement? tools = null) =>
        AskAsync(context, messages, tools, Stream(context, before: ""));

    /// <summary>Asks the model, and shows its partial answer in the answer's slots.</summary>
    protected Task<ChatAnswer> AskAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages, Func<string, TaskOutput> show) =>
        AskAsync(context, messages, tools: null, context.Task.PreferStreaming ? text => context.StreamOutputAsync(show(text)) : null);

    /// <summary>Asks the model for a text that is not the result itself.</summary>
    protected Task<ChatAnswer> AskQuietlyAsync(TaskRunContext context, IReadOnlyList<ChatMessage> messages) =>
        AskAsync(context, messages, tools: null, onText: null);

    /// <summary>
    /// Asks for a short result about a text. A text that is longer than a part may be, or that the model finds too long,
    /// is summarised in parts first, until the model accepts the summary.
    /// </summary>
    /// <param name="context">The task.</param>
    /// <param name="text">The text.</param>
    /// <param name="partCharacters">The longest part, in characters.</param>
    /// <param name="prompt">The prompt; the model also gets the text, or summaries of its parts.</param>
    protected async Task<ChatAnswer> AskAboutAsync(TaskRunContext context, string text, int partCharacters, Func<bool, string> prompt)
    {
        var areSummaries = false;
        for (var round = 1; ; round++)
        {
            for (var merge = 0; merge < MaxRounds && TextParts.Of(text, partCharacters) is { Count: > 1 } parts; merge++)
            {
                text = await SummariseAsync(context, parts);
                areSummaries = true;
            }

            try
            {
                return await AskAsync(context, [ChatMessage.System(prompt(areSummaries)), ChatMessage.User(text)]);
            }
            catch (TaskFailedException failure) when (round < MaxRounds && PartsOfText.CanBeHalved(failure, text))
            {
                partCharacters = (text.Length / 2) + 1;
            }
        }
    }

    /// <summary>
    /// Asks for a text that is about as long as the one given: in parts from the start where an answer could not become as long,
    /// and in smaller ones where the model finds them too long.
    /// </summary>
    /// <param name="context">The task.</param>
    /// <param name="text">The text.</param>
    /// <param name="messages">The messages about the text, or about a part of it.</param>
    /// <param name="finish">Makes a part of the result of an answer.</param>
    /// <param name="isShown">True when the text is the task's result, and is shown while it grows.</param>
    protected async Task<string> AskInPartsAsync(
        TaskRunContext context,
        string text,
        Func<string, IReadOnlyList<ChatMessage>> messages,
        Func<ChatAnswer, string> finish,
        bool isShown = true
    )
    {
        var answerCharacters = (long)Endpoint.Options.MaxTokens * CharactersOfToken;
        var isTooLong = text.Length > answerCharacters * (1 + Endpoint.Options.MaxContinuations);
        var parts = isTooLong ? TextParts.Of(text, (int)answerCharacters) : [text];
        var result = new StringBuilder();
        await PartsOfText.ForEachAsync(
            parts,
            async (part, place) =>
            {
                var asked = messages(place.Count > 1 ? part.Trim() : part);
                var answer = await AskAsync(context, asked, tools: null, isShown ? Stream(context, result.ToString()) : null);
                result.Append(finish(answer)).Append(TextParts.SeamOf(part));
                if (place.Count > 1 && isShown)
                    await context.ReportProgressAsync((place.Index + 1.0) / place.Count);
            }
        );
        return result.ToString().TrimEnd();
    }

    private async Task<string> SummariseAsync(TaskRunContext context, IReadOnlyList<string> parts)
    {
        List<string> summaries = [];
        await PartsOfText.ForEachAsync(
            parts,
            async (part, place) =>
            {
                var prompt = Endpoint.Prompts.Fill("summary-part", ("part", $"{place.Index + 1}"), ("parts", $"{place.Count}"));
                summaries.Add((await AskQuietlyAsync(context, [ChatMessage.System(prompt), ChatMessage.User(part.Trim())])).Text);
                await context.ReportProgressAsync((place.Index + 1.0) / (place.Count + 1));
            }
        );
        return string.Join("\n\n", summaries);
    }

    private static Func<string, ValueTask>? Stream(TaskRunContext context, string before) =>
        context.Task.PreferStreaming ? text => context.StreamOutputAsync(new TaskOutput { [Output] = before + text }) : null;

    private Task<ChatAnswer> AskAsync(
        TaskRunContext context,
        IReadOnlyList<ChatMessage> messages,
        JsonElement? tools,
        Func<string, ValueTask>? onText
    )
    {
        var maxTokens = (int)Math.Clamp(context.NumberOrNull(MaxTokensSlot) ?? Endpoint.Options.MaxTokens, 1, int.MaxValue);
        var request = new ChatRequest
        {
            Model = ModelFor(context),
            Messages = messages,
            Tools = tools,
            MaxTokens = maxTokens,
            // A task with its own limit wants no longer answer.
            GoOn = maxTokens == Endpoint.Options.MaxTokens ? Endpoint.Prompts.Fill("go-on") : null,
        };
        return Endpoint.Chat.AskAsync(request, onText, context.CancellationToken);
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Writes down the text of images and PDF files, one call for each file.</summary>
internal sealed class OcrProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:image2text:ocr";

    /// <summary>The answer that the prompt asks for where there is no text: an empty one could be a failure.</summary>
    private const string NoText = "NO TEXT";

    protected override ImmutableArray<string> Models => Endpoint.Models.Vision;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var prompt = ChatMessage.System(Endpoint.Prompts.Fill("ocr"));
        var fileIds = context.FileIds("input");
        List<string> texts = [];
        foreach (var fileId in fileIds)
        {
            // Each file alone may be as large as all files of other work: no call has more than one.
            var file = await new TaskFiles(context).ReadAsync(fileId);
            var answer = await AskQuietlyAsync(context, [prompt, new ChatMessage(ChatMessage.UserRole, new JsonArray(Part(file, fileId)))]);
            texts.Add(answer.Text.Trim('.', '"', ' ').Equals(NoText, StringComparison.OrdinalIgnoreCase) ? "" : answer.Noted);
            await context.ReportProgressAsync((double)texts.Count / fileIds.Count);
        }

        return new TaskOutput { { Output, texts } };
    }

    private static JsonObject Part(byte[] file, long fileId) =>
        MediaAnswer.TypeOf(file) switch
        {
            QuestionParts.Pdf => QuestionParts.Document(file),
            var type when QuestionParts.Images.Contains(type) => QuestionParts.Image(type, file),
            var other => throw new TaskFailedException(
                $"File {fileId} is {other}; models read {string.Join(", ", QuestionParts.Images)} and {QuestionParts.Pdf}.",
                "One of the files is no image that the AI model can look at."
            ),
        };
}

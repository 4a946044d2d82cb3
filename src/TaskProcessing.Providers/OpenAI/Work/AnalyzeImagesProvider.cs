using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>Answers a question about images, which travel inside of the question.</summary>
internal sealed class AnalyzeImagesProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:analyze-images";

    protected override ImmutableArray<string> Models => Endpoint.Models.Vision;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var question = new JsonArray(QuestionParts.Text(context.Text("input")));
        var files = new TaskFiles(context);
        foreach (var fileId in context.FileIds("images"))
        {
            var image = await files.ReadAsync(fileId);
            question.Add(QuestionParts.Image(TypeOf(image, fileId), image));
        }

        var answer = await AskAsync(
            context,
            [ChatMessage.System(Endpoint.Prompts.Fill("analyze-images")), new ChatMessage(ChatMessage.UserRole, question)]
        );
        return new TaskOutput { [Output] = answer.Noted };
    }

    private static string TypeOf(byte[] image, long fileId) =>
        MediaAnswer.TypeOf(image) is var type && QuestionParts.Images.Contains(type)
            ? type
            : throw new TaskFailedException(
                $"File {fileId} is {type}; models look at {string.Join(", ", QuestionParts.Images)}.",
                "One of the files is no image that the AI model can look at."
            );
}

using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Providers.OpenAI.Work;

/// <summary>One turn of a chat with tools and with files, which travel inside of the question.</summary>
internal sealed class MultimodalChatProvider(OpenAIEndpoint endpoint) : ToolChatProvider(endpoint, Type)
{
    public const string Type = "core:text2text:multimodal-chatwithtools";

    protected override ImmutableArray<string> Models => Endpoint.Models.Vision;

    protected override async Task<ChatMessage?> QuestionAsync(TaskRunContext context)
    {
        var files = new TaskFiles(context);
        var parts = new JsonArray();
        if (context.Text("input") is { Length: > 0 } input)
            parts.Add(QuestionParts.Text(input));
        foreach (var fileId in context.FileIds("input_attachments"))
            parts.Add(await PartAsync(context, files, fileId));
        return parts.Count > 0 ? new ChatMessage(ChatMessage.UserRole, parts) : null;
    }

    /// <summary>Models answer with texts.</summary>
    protected override TaskOutput OutputOf(ChatAnswer answer) =>
        new()
        {
            { Output, answer.Noted },
            { "output_attachments", (long[])[] },
            { ToolCalls, Conversation.WriteToolCalls(answer.ToolCalls) },
        };

    private async Task<JsonObject> PartAsync(TaskRunContext context, TaskFiles files, long fileId)
    {
        var type = await TaskFiles.TypeOfAsync(context, fileId);
        if (type.Split('/')[0] is "audio" or "video")
            return await HeardAsync(context, files, fileId, type);

        var file = await files.ReadAsync(fileId);
        return type switch
        {
            QuestionParts.Pdf => QuestionParts.Document(file),
            _ when QuestionParts.Images.Contains(type) => QuestionParts.Image(type, file),
            _ when MediaAnswer.IsText(file) => QuestionParts.Text($"<attachment>\n{Encoding.UTF8.GetString(file)}\n</attachment>"),
            _ => throw new TaskFailedException(
                $"File {fileId} is {type}; models read {string.Join(", ", QuestionParts.Images)}, {QuestionParts.Pdf}, sounds and texts.",
                "One of the files is of a kind that the AI model cannot read."
            ),
        };
    }

    /// <summary>Most vision models cannot listen. If the endpoint has a transcription model, they get its transcript.</summary>
    private async Task<JsonObject> HeardAsync(TaskRunContext context, TaskFiles files, long fileId, string type)
    {
        if (Endpoint.Models.Transcription.FirstOrDefault() is { } listener)
        {
            var heard = await SpeechWork.TranscribeAsync(Endpoint, context, listener, fileId);
            return QuestionParts.Text($"<attachment kind=\"transcript of a recording\">\n{heard.Text}\n</attachment>");
        }

        return FileEndings.Of(type) is { } ending
            ? QuestionParts.Sound(ending, await files.ReadAsync(fileId))
            : throw new TaskFailedException($"File {fileId} is {type}.", "One of the files is of a kind that the AI model cannot read.");
    }
}

using System.Collections.Immutable;
using System.Text.Json.Nodes;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Providers.OpenAI.Calls;

namespace TaskProcessing.Server.Providers.OpenAI.Work;

/// <summary>Answers a question about images, which travel inside of the question.</summary>
internal sealed class AnalyzeImagesProvider(OpenAIEndpoint endpoint) : TextProvider(endpoint, Type)
{
    public const string Type = "core:analyze-images";

    /// <summary>All images of a task together; they are held in memory.</summary>
    private const int MostBytes = 40 * 1024 * 1024;

    private static readonly string[] Shown = ["image/png", "image/jpeg", "image/webp", "image/gif"];

    protected override ImmutableArray<string> Models => Endpoint.Models.Vision;

    public override async ValueTask<TaskOutput> RunAsync(TaskRunContext context)
    {
        var question = new JsonArray(new JsonObject { ["type"] = "text", ["text"] = context.Text("input") });
        var left = MostBytes;
        foreach (var fileId in context.FileIds("images"))
        {
            var image = await ReadAsync(context, fileId, left);
            left -= image.Length;
            question.Add(new JsonObject { ["type"] = "image_url", ["image_url"] = new JsonObject { ["url"] = $"data:{TypeOf(image, fileId)};base64,{Convert.ToBase64String(image)}" } });
        }

        var answer = await AskAsync(context, [ChatMessage.System(Endpoint.Prompts.Fill("analyze-images")), new ChatMessage("user", question)]);
        return new TaskOutput { [Output] = answer.Text };
    }

    private static async Task<byte[]> ReadAsync(TaskRunContext context, long fileId, int atMost)
    {
        await using var file = await context.OpenFileAsync(fileId);
        using var content = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await file.ReadAsync(buffer, context.CancellationToken) is var count and > 0)
        {
            if (content.Length + count > atMost)
                throw new TaskFailedException($"The images have more than {MostBytes} bytes.", "The images are too large.");
            content.Write(buffer, 0, count);
        }

        return content.ToArray();
    }

    private static string TypeOf(byte[] image, long fileId)
    {
        var type = MediaTypes.Of(image.AsSpan(0, Math.Min(image.Length, MediaTypes.HeadLength)), "");
        return Shown.Contains(type)
            ? type
            : throw new TaskFailedException($"File {fileId} is {type}; models look at {string.Join(", ", Shown)}.", "One of the files is no image that the AI model can look at.");
    }
}

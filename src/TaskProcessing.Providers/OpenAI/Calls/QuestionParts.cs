using System.Text.Json.Nodes;

namespace TaskProcessing.Providers.OpenAI.Calls;

/// <summary>The parts of a question that is more than a text.</summary>
internal static class QuestionParts
{
    /// <summary>The types of images that models read.</summary>
    public static readonly string[] Images = ["image/png", "image/jpeg", "image/webp", "image/gif"];

    public const string Pdf = "application/pdf";

    public static JsonObject Text(string text) => new() { ["type"] = "text", ["text"] = text };

    public static JsonObject Image(string type, byte[] bytes) =>
        new()
        {
            ["type"] = "image_url",
            ["image_url"] = new JsonObject { ["url"] = DataUrl(type, bytes) },
        };

    public static JsonObject Document(byte[] bytes) =>
        new()
        {
            ["type"] = "file",
            ["file"] = new JsonObject { ["filename"] = "document.pdf", ["file_data"] = DataUrl(Pdf, bytes) },
        };

    /// <param name="ending">The ending of its name, which says its kind.</param>
    /// <param name="bytes">The file.</param>
    public static JsonObject Sound(string ending, byte[] bytes) =>
        new()
        {
            ["type"] = "input_audio",
            ["input_audio"] = new JsonObject { ["data"] = Convert.ToBase64String(bytes), ["format"] = ending },
        };

    private static string DataUrl(string type, byte[] bytes) => $"data:{type};base64,{Convert.ToBase64String(bytes)}";
}

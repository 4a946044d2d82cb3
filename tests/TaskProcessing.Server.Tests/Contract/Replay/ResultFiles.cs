using System.Text;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>
/// Uploads the result files of a task, and reports the results that name them, as far as a recorded call has them behind it.
/// </summary>
internal sealed class ResultFiles(RecordedServer server, Placeholders placeholders)
{
    private static readonly byte[] Picture = Convert.FromBase64String((string)RecordedCall.Find("files", "output-png-owner").Answer.Body!);
    private static readonly byte[] Text = Encoding.UTF8.GetBytes((string)RecordedCall.Find("files", "output-txt-owner").Answer.Body!);

    public async Task PrepareAsync(RecordedCall call)
    {
        if (call.Name.StartsWith("two parts named file", StringComparison.Ordinal))
        {
            await UploadAsync("<result file>", "first"u8.ToArray(), "second"u8.ToArray());
            await ReportAsync(new JsonObject { ["value"] = "<result file>" });
            return;
        }

        await UploadAsync("<result file>", Picture);
        await UploadAsync("<result file 2>", call.Name.StartsWith("text2image", StringComparison.Ordinal) ? Picture : Text);
        await UploadAsync("<result file 3>", Text);
        if (call.Method == "POST" || call.Name == "get-uploaded-before-result")
            return;

        var result = RecordedCall.Find(
            "files",
            call.Name.StartsWith("text2image", StringComparison.Ordinal) ? "text2image-result" : "result-with-files"
        );
        await ReportAsync(result.Request["body"]!["output"]!);
        if (call.Name == "text2image-get-after-delete")
            await server.SendAsync("alice", "DELETE", $"/ocs/v2.php/taskprocessing/task/{placeholders["<task>"]}");
        if (call.Name.StartsWith("output-txt", StringComparison.Ordinal))
            placeholders["<result file>"] = placeholders["<result file 2>"];
    }

    private async Task UploadAsync(string placeholder, params byte[][] parts) =>
        placeholders[placeholder] = await server.UploadAsync(placeholders["<task>"], parts);

    private Task<JsonNode> ReportAsync(JsonNode output) =>
        server.CallAsync(
            "exapp:",
            "POST",
            $"/taskprocessing/tasks_provider/{placeholders["<task>"]}/result",
            new JsonObject { ["output"] = placeholders.Fill(output) }
        );
}

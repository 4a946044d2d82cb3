using System.Text;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>An odd answer that some endpoint really sends, rebuilt, and the expected result.</summary>
/// <param name="Name">The oddity.</param>
/// <param name="Report">The servers that are reported to send it.</param>
/// <param name="Replies">The endpoint's answers, call by call; after them it answers well.</param>
internal sealed record OddAnswer(string Name, string Report, params Reply[] Replies)
{
    /// <summary>The text of the task's output.</summary>
    public string? Output { get; init; }

    /// <summary>The tools that the task's output asks for.</summary>
    public string? ToolCalls { get; init; }

    /// <summary>The error for administrators, in part.</summary>
    public string? Error { get; init; }

    /// <summary>The error for users.</summary>
    public string? UserError { get; init; }

    /// <summary>True when the task goes back into the queue.</summary>
    public bool IsRetried { get; init; }

    /// <summary>The number of calls.</summary>
    public int Calls { get; init; } = 1;

    public override string ToString() => $"{Name} ({Report})";
}

/// <summary>One answer to one call.</summary>
internal sealed record Reply(int Status, string? Type, params byte[][] Chunks)
{
    public const string Events = "text/event-stream";
    public const string Json = "application/json";

    public static Reply Whole(string json, string? type = Json, int status = 200) => new(status, type, Encoding.UTF8.GetBytes(json));

    /// <summary>A message of an assistant, whole.</summary>
    public static Reply Message(string message, string finish = "stop") =>
        Whole($$"""{"id":"1","choices":[{"index":0,"message":{{message}},"finish_reason":"{{finish}}"}]}""");

    /// <summary>The content of a message, whole.</summary>
    public static Reply Content(string content, string finish = "stop") =>
        Message(new System.Text.Json.Nodes.JsonObject { ["role"] = "assistant", ["content"] = content }.ToJsonString(), finish);

    /// <summary>Lines as they are, each a chunk.</summary>
    public static Reply Lines(params string[] lines) => new(200, Events, [.. lines.Select(Encoding.UTF8.GetBytes)]);

    /// <summary>Events with their data, and the mark at their end.</summary>
    public static Reply Data(params string[] data) => Lines([.. data.Select(one => $"data: {one}\n\n"), "data: [DONE]\n\n"]);

    /// <summary>A text in pieces.</summary>
    public static Reply Pieces(params string[] pieces) => Cut("stop", pieces);

    /// <summary>A text in pieces, and why it ended.</summary>
    public static Reply Cut(string finish, params string[] pieces) =>
        Data([.. pieces.Select(Delta), $$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{finish}}"}]}"""]);

    /// <summary>Calls of tools in pieces.</summary>
    public static Reply Tools(params string[] pieces) => ToolsUntil("tool_calls", pieces);

    public static Reply ToolsUntil(string finish, params string[] pieces) =>
        Data([
            .. pieces.Select(piece => $$$"""{"choices":[{"index":0,"delta":{"tool_calls":[{{{piece}}}]}}]}"""),
            $$"""{"choices":[{"index":0,"delta":{},"finish_reason":"{{finish}}"}]}""",
        ]);

    public static Reply Refusal(int status, string body) => Whole(body, status: status);

    public async Task SendAsync(HttpContext context)
    {
        context.Response.StatusCode = Status;
        context.Response.ContentType = Type;
        foreach (var chunk in Chunks)
        {
            await context.Response.Body.WriteAsync(chunk);
            await context.Response.Body.FlushAsync();
        }
    }

    public static string Delta(string text) =>
        new System.Text.Json.Nodes.JsonObject
        {
            ["choices"] = new System.Text.Json.Nodes.JsonArray(
                new System.Text.Json.Nodes.JsonObject
                {
                    ["index"] = 0,
                    ["delta"] = new System.Text.Json.Nodes.JsonObject { ["content"] = text },
                    ["finish_reason"] = null,
                }
            ),
        }.ToJsonString();
}

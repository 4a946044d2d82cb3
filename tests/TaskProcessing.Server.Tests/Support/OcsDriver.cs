using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>The answer to an OCS call.</summary>
internal sealed record OcsReply(int HttpStatus, int StatusCode, string MetaMessage, JsonNode? Data)
{
    public JsonObject Task => (JsonObject)Data!["task"]!;

    public long TaskId => (long)Task["id"]!;

    /// <summary>The number of the claim that was made.</summary>
    public long Claim => (long)Data!["claim"]!;

    /// <summary>The message of a failure that a handler foresaw.</summary>
    public string? Message => (string?)(Data as JsonObject)?["message"];
}

/// <summary>Speaks OCS with a client of a test server.</summary>
internal static class OcsDriver
{
    public const string Root = "/ocs/v2.php/taskprocessing";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>Calls a route of task processing; a body is sent as JSON with any verb.</summary>
    public static Task<OcsReply> OcsAsync(this HttpClient client, string method, string route, object? body = null) =>
        client.SendOcsAsync(method, Root + route, body is null ? null : JsonContent.Create(body));

    public static async Task<OcsReply> SendOcsAsync(this HttpClient client, string method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        using var response = await client.SendAsync(request, Token);
        return await ReadAsync(response);
    }

    public static async Task<OcsReply> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Token);
        if (text.Length == 0)
            return new OcsReply((int)response.StatusCode, 0, "", null);

        var json = JsonNode.Parse(text)!;
        return json["ocs"] is { } ocs
            ? new OcsReply(
                (int)response.StatusCode,
                (int)ocs["meta"]!["statuscode"]!,
                (string)ocs["meta"]!["message"]!,
                ocs["data"]?.DeepClone()
            )
            : new OcsReply((int)response.StatusCode, 0, "", json);
    }

    public static async Task<JsonElement> DataOf(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(Token)).GetProperty("ocs").GetProperty("data");

    public static async Task<string> MessageOf(HttpResponseMessage answer) => (await DataOf(answer)).GetProperty("message").GetString()!;

    public static async Task<OcsReply> ScheduleAsync(this HttpClient client, string type = "core:text2text", string customId = "")
    {
        var reply = await client.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input = new { input = "hello" },
                type,
                appId = "test",
                customId,
            }
        );
        reply.HttpStatus.Should().Be(200, reply.Message);
        return reply;
    }

    /// <summary>Schedules a task with an input of its own; answers its id.</summary>
    public static async Task<long> ScheduleAsync(this HttpClient user, string type, object input, bool preferStreaming = false)
    {
        var reply = await user.TryScheduleAsync(type, input, preferStreaming);
        reply.HttpStatus.Should().Be(200, reply.Message);
        return reply.TaskId;
    }

    /// <summary>As <see cref="ScheduleAsync(HttpClient, string, object, bool)"/>, where it may be refused.</summary>
    public static Task<OcsReply> TryScheduleAsync(this HttpClient user, string type, object input, bool preferStreaming = false) =>
        user.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                input,
                type,
                appId = "test",
                preferStreaming,
            }
        );

    /// <summary>Schedules a task that ends well; answers it when it has.</summary>
    public static async Task<JsonElement> SucceedAsync(this HttpClient user, string type, object input)
    {
        var task = await user.EndedAsync(await user.ScheduleAsync(type, input));
        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL", "{0}", task);
        return task;
    }

    /// <summary>The task; with a wait, once it changes or after so many seconds.</summary>
    public static async Task<JsonElement> TaskAsync(this HttpClient user, long id, int wait = 0)
    {
        using var answer = await user.GetAsync($"{Root}/task/{id}{(wait == 0 ? "" : $"?wait={wait}")}", Token);
        answer.StatusCode.Should().Be(HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Token));
        return (await DataOf(answer)).GetProperty("task");
    }

    /// <summary>The task when it has ended.</summary>
    public static async Task<JsonElement> EndedAsync(this HttpClient user, long id)
    {
        while (true)
        {
            var task = await user.TaskAsync(id, wait: 20);
            if (task.GetProperty("status").GetString() is not ("STATUS_SCHEDULED" or "STATUS_RUNNING"))
                return task;
        }
    }

    /// <summary>The available task types by their ids.</summary>
    public static async Task<JsonElement> TaskTypesAsync(this HttpClient user) =>
        (await DataOf(await user.GetAsync($"{Root}/tasktypes", Token))).GetProperty("types");

    /// <summary>The content of a file that the task names.</summary>
    public static Task<byte[]> TaskFileAsync(this HttpClient user, JsonElement task, long fileId) =>
        user.GetByteArrayAsync($"{Root}/tasks/{task.GetProperty("id").GetInt64()}/file/{fileId}", Token);
}

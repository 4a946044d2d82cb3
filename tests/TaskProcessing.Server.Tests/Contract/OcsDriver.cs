using System.Net.Http.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>What an OCS call was answered.</summary>
internal sealed record OcsReply(int HttpStatus, int StatusCode, string MetaMessage, JsonNode? Data)
{
    public JsonObject Task => (JsonObject)Data!["task"]!;

    public long TaskId => (long)Task["id"]!;

    /// <summary>The number of the claim that was made.</summary>
    public long Claim => (long)Data!["claim"]!;

    /// <summary>Where failures that a handler foresaw say why.</summary>
    public string? Message => (string?)(Data as JsonObject)?["message"];
}

/// <summary>Speaks OCS with a client of a test server.</summary>
internal static class OcsDriver
{
    public const string Root = "/ocs/v2.php/taskprocessing";

    /// <summary>Calls a route of task processing; a body is sent as JSON whatever the verb.</summary>
    public static Task<OcsReply> OcsAsync(this HttpClient client, string method, string route, object? body = null) =>
        client.SendOcsAsync(method, Root + route, body is null ? null : JsonContent.Create(body));

    public static async Task<OcsReply> SendOcsAsync(this HttpClient client, string method, string path, HttpContent? content)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = content };
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        if (text.Length == 0)
            return new OcsReply((int)response.StatusCode, 0, "", null);

        var json = JsonNode.Parse(text)!;
        return json["ocs"] is { } ocs
            ? new OcsReply((int)response.StatusCode, (int)ocs["meta"]!["statuscode"]!, (string)ocs["meta"]!["message"]!, ocs["data"]?.DeepClone())
            : new OcsReply((int)response.StatusCode, 0, "", json);
    }

    public static async Task<OcsReply> ScheduleAsync(this HttpClient client, string type = "core:text2text", string customId = "")
    {
        var reply = await client.OcsAsync("POST", "/schedule", new { input = new { input = "hello" }, type, appId = "test", customId });
        reply.HttpStatus.Should().Be(200, reply.Message);
        return reply;
    }

    /// <summary>A client of the app <c>worker</c>, which serves the given types with the providers <c>worker:TYPE</c>.</summary>
    public static async Task<HttpClient> WorkerAsync(this TestServer server, params string[] types)
    {
        var app = await server.ExAppAsync("worker");
        foreach (var type in types)
            await app.RegisterAsync($"worker:{type}", type);

        return app;
    }
}

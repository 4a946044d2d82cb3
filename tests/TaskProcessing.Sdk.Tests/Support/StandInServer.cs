using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Support;

/// <summary>A call as the stand-in server got it.</summary>
internal sealed record SeenCall(string Method, string Path, string Query, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string Line => $"{Method} {Path}{Query}";

    public JsonElement Json => JsonElement.Parse(Body);
}

/// <summary>The stand-in server's answer to one call.</summary>
internal delegate Task Answer(HttpContext http);

/// <summary>A real HTTP server that notes every call and plays the answers that a test lines up, faults among them.</summary>
internal sealed class StandInServer : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<SeenCall> _calls = [];
    private readonly List<(string Start, Queue<Answer> Answers)> _routes = [];
    private string _status = """{"version":"35.0.0.0","productname":"TaskProcessing"}""";
    private LoopbackWeb _web = null!;

    private StandInServer() { }

    public Uri Address => new(_web.Url);

    public IReadOnlyList<SeenCall> Calls
    {
        get
        {
            lock (_lock)
                return [.. _calls];
        }
    }

    public static async Task<StandInServer> StartAsync()
    {
        var server = new StandInServer();
        server._web = await LoopbackWeb.StartAsync(server.AnswerAsync);
        return server;
    }

    /// <summary>
    /// The answers to all calls whose method and path begin like this, one after the other; the last one stays.
    /// </summary>
    public StandInServer On(string start, params Answer[] answers)
    {
        lock (_lock)
            _routes.Add((start, new Queue<Answer>(answers)));
        return this;
    }

    public IReadOnlyList<SeenCall> CallsTo(string start) => [.. Calls.Where(call => call.Line.StartsWith(start, StringComparison.Ordinal))];

    /// <summary>
    /// From now on its <c>status.php</c> says that it is a Nextcloud. Until then it says that it is a TaskProcessing server.
    /// </summary>
    public StandInServer AsNextcloud(string version = "32.0.1.2")
    {
        _status = $$"""{"version":"{{version}}","productname":"Nextcloud"}""";
        return this;
    }

    public static Answer Envelope(string data, int status = 200, int? http = null) =>
        Raw(
            http ?? status,
            $$$"""
            {"ocs":{"meta":{"status":"{{{(status < 300 ? "ok" : "failure")}}}","statuscode":{{{status}}},"message":""},
             "data":{{{data}}}}}
            """
        );

    public static Answer Answered(long id, string status, string extra = "") => Envelope($$"""{"task":{{TaskJson(id, status, extra)}}}""");

    public static Answer Claim(long id, string provider, string extra = "", string input = "text") =>
        Envelope($$$"""{"task":{{{TaskJson(id, "STATUS_RUNNING", input: input)}}},"provider":{"name":"{{{provider}}}"}{{{extra}}}}""");

    /// <summary>A task that a worker was given; without a claim, as Nextcloud gives it.</summary>
    public static ClaimedTask Claimed(long id, long? claim = null) =>
        new(
            new ProtocolTask
            {
                Id = id,
                Type = "core:text2text",
                Status = ProcessingStatus.Running,
                Input = default,
            },
            "p"
        )
        {
            Claim = claim,
        };

    public static string TaskJson(long id, string status, string extra = "", string input = "text") =>
        $$$"""
            {"id":{{{id}}},"type":"core:text2text","lastUpdated":1,"status":"{{{status}}}","userId":"anna","appId":"test",
             "input":{"input":"{{{input}}}"},"output":null,"customId":"","completionExpectedAt":null,"progress":null,
             "scheduledAt":1,"startedAt":null,"endedAt":null{{{extra}}}}
            """;

    public static Answer NoContent { get; } =
        http =>
        {
            http.Response.StatusCode = 204;
            return Task.CompletedTask;
        };

    /// <summary>The answer of a server that does not know the route.</summary>
    public static Answer NoRoute { get; } =
        Raw(404, """{"ocs":{"meta":{"status":"failure","statuscode":998,"message":"Invalid query"},"data":[]}}""");

    /// <summary>Breaks the connection after the call was read: the client cannot know whether it was heard.</summary>
    public static Answer Drop { get; } =
        http =>
        {
            http.Abort();
            return Task.CompletedTask;
        };

    public static Answer Raw(int status, string body, params (string Name, string Value)[] headers) =>
        async http =>
        {
            http.Response.StatusCode = status;
            http.Response.ContentType = "application/json; charset=utf-8";
            foreach (var (name, value) in headers)
                http.Response.Headers[name] = value;
            await http.Response.WriteAsync(body);
        };

    public async ValueTask DisposeAsync() => await _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.Latin1);
        var call = new SeenCall(
            http.Request.Method,
            http.Request.Path.Value ?? "",
            Uri.UnescapeDataString(http.Request.QueryString.Value ?? ""),
            http.Request.Headers.ToDictionary(header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            await reader.ReadToEndAsync(http.RequestAborted)
        );
        Answer answer;
        lock (_lock)
        {
            var route = _routes.Find(route => call.Line.StartsWith(route.Start, StringComparison.Ordinal)).Answers;
            // Not noted, because every caller begins with it.
            var isStatus = route is null && call.Line == "GET /status.php";
            if (!isStatus)
                _calls.Add(call);
            route ??= new Queue<Answer>([isStatus ? Raw(200, _status) : NoRoute]);
            answer = route.Count > 1 ? route.Dequeue() : route.Peek();
        }

        await answer(http);
    }
}

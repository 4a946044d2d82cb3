using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using TaskProcessing.Server.Tests.Contract.Replay;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Contract;

/// <summary>
/// Calls that no well-meaning client makes. Each is answered in an envelope (or with the plain 412 that has none), in
/// the format that was asked for, and never with a 5xx; and the server goes on serving.
/// </summary>
public sealed class HostileCallsTests(HostileCallsTests.AttackedServer attacked) : IClassFixture<HostileCallsTests.AttackedServer>
{
    private const string Task = "/ocs/v2.php/taskprocessing";
    private const string Schedule = Task + "/schedule";
    private const string Progress = Task + "/tasks_provider/1/progress";
    private const string Result = Task + "/tasks_provider/1/result";
    private const string Register = "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";

    private static readonly ImmutableArray<HostileCall> Calls =
    [
        // Kinds and sizes of values.
        Json("input is a number", Schedule, """{"input":5,"type":"core:text2text","appId":"t"}"""),
        Json("input is null", Schedule, """{"input":null,"type":"core:text2text","appId":"t"}"""),
        Json("type is a map", Schedule, """{"input":{"input":"x"},"type":{"a":1},"appId":"t"}"""),
        Json("type is huge", Schedule, $$"""{"input":{"input":"x"},"type":"{{new string('a', 100_000)}}","appId":"t"}"""),
        Json("a slot is a number", Schedule, """{"input":{"input":7},"type":"core:text2text","appId":"t"}"""),
        Json("a slot is nested", Schedule, """{"input":{"input":[[[{"a":[]}]]]},"type":"core:text2text","appId":"t"}"""),
        Json(
            "a text is too long",
            Schedule,
            $$"""{"input":{"input":"{{new string('x', 512_001)}}"},"type":"core:text2text","appId":"t"}"""
        ),
        Json("a file id beyond all numbers", Schedule, """{"input":{"input":1e400},"type":"core:audio2text","appId":"t"}"""),
        Json(
            "a file id of a thousand digits",
            Schedule,
            $$"""{"input":{"input":{{new string('9', 1000)}}},"type":"core:audio2text","appId":"t"}"""
        ),
        Json("a file id as text with an exponent", Schedule, """{"input":{"input":"1e999"},"type":"core:audio2text","appId":"t"}"""),
        Json("a negative file id", Schedule, """{"input":{"input":-9223372036854775808},"type":"core:audio2text","appId":"t"}"""),
        Json("a NUL in appId", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"a\u0000b"}"""),
        Json("a NUL in type", Schedule, """{"input":{"input":"x"},"type":"core:\u0000","appId":"t"}"""),
        Json(
            "customId is too long",
            Schedule,
            $$"""{"input":{"input":"x"},"type":"core:text2text","appId":"t","customId":"{{new string('c', 256)}}"}"""
        ),
        Json("webhookUri is a list", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","webhookUri":[1]}"""),
        Json(
            "includeWatermark is a map",
            Schedule,
            """{"input":{"input":"x"},"type":"core:text2text","appId":"t","includeWatermark":{}}"""
        ),
        Json("priority is true", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","priority":true}"""),
        Json("priority is a word", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","priority":"high"}"""),
        Json("priority has a fraction", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","priority":1.5}"""),
        Json("priority begins with a number", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","priority":"1x"}"""),
        Json("projectId beyond all numbers", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","projectId":1e400}"""),
        Json(
            "projectId beyond 32 bits",
            Schedule,
            """{"input":{"input":"x"},"type":"core:text2text","appId":"t","projectId":4294967296}"""
        ),
        Json(
            "includeWatermark is a word",
            Schedule,
            """{"input":{"input":"x"},"type":"core:text2text","appId":"t","includeWatermark":"perhaps"}"""
        ),
        Json("preferStreaming is a 2", Schedule, """{"input":{"input":"x"},"type":"core:text2text","appId":"t","preferStreaming":2}"""),
        // Bodies that are no JSON, or odd JSON.
        Json("half a document", Schedule, """{"input":{"input":"x"}"""),
        Json("a lone surrogate", Schedule, """{"input":{"input":"\ud800"},"type":"core:text2text","appId":"t"}"""),
        Json("a lone surrogate in a key", Schedule, """{"\udfff":1,"input":{"input":"x"},"type":"core:text2text","appId":"t"}""", 400),
        Json("a scalar", Schedule, "7"),
        Json("a list", Schedule, "[]"),
        Json("nothing but blanks", Schedule, "   "),
        Json("deep nesting", Schedule, new string('[', 100_000)),
        Json("balanced deep nesting", Schedule, $$"""{"input":{{new string('[', 5000)}}{{new string(']', 5000)}}}"""),
        Json("not a number", Progress, """{"progress":NaN}""", app: true),
        new("no UTF-8", "POST", Schedule, Body: [.. "{\"input\":{\"input\":\""u8, 0xFF, 0xFE, 0xC0, .. "\"}}"u8]),
        new("UTF-16", "POST", Schedule, Body: Encoding.Unicode.GetBytes("""{"input":{}}""")),
        new("too large", "POST", Schedule, 413, Body: new byte[(8 * 1024 * 1024) + 1]),
        new(
            "thousands of fields",
            "POST",
            Schedule,
            ContentType: "application/x-www-form-urlencoded",
            Body: Encoding.ASCII.GetBytes(string.Join('&', Enumerable.Range(0, 5000).Select(number => $"a{number}=1")))
        ),
        new(
            "a field nested a thousand times",
            "POST",
            Schedule,
            ContentType: "application/x-www-form-urlencoded",
            Body: Encoding.ASCII.GetBytes($"input{string.Concat(Enumerable.Repeat("[a]", 1000))}=1")
        ),
        new(
            "brackets without order",
            "POST",
            Schedule,
            ContentType: "application/x-www-form-urlencoded",
            Body: "input[=1&input]=2&[]=3&input[][a=4&=5&type[]=6"u8.ToArray()
        ),
        new("a multipart body without boundary", "POST", Schedule, ContentType: "multipart/form-data", Body: "x"u8.ToArray()),
        new(
            "a multipart body that breaks off",
            "POST",
            Schedule,
            ContentType: "multipart/form-data; boundary=b",
            Body: "--b\r\nContent-Disposition: form-data; name=\"input\"\r\n\r\nx"u8.ToArray()
        ),
        new("a content type of nonsense", "POST", Schedule, ContentType: "////;;;=", Body: "{}"u8.ToArray()),
        new(
            "an upload that breaks off",
            "POST",
            Task + "/tasks_provider/1/file",
            App: true,
            ContentType: "multipart/form-data; boundary=b",
            Body: "--b\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nx"u8.ToArray()
        ),
        new(
            "an upload without boundary",
            "POST",
            Task + "/tasks_provider/1/file",
            App: true,
            ContentType: "multipart/form-data; boundary=",
            Body: "x"u8.ToArray()
        ),
        new(
            "an upload with an endless boundary",
            "POST",
            Task + "/tasks_provider/1/file",
            App: true,
            ContentType: $"multipart/form-data; boundary={new string('b', 6000)}",
            Body: "x"u8.ToArray()
        ),
        new(
            "an upload with a header without end",
            "POST",
            Task + "/tasks_provider/1/file",
            App: true,
            ContentType: "multipart/form-data; boundary=b",
            Body: Encoding.ASCII.GetBytes($"--b\r\nA: {new string('a', 100_000)}\r\n\r\nx\r\n--b--")
        ),
        // Paths and verbs.
        new("an unknown route", "GET", Task + "/nope", 404),
        new("an unknown app", "GET", "/ocs/v2.php/apps/nope/x", 404),
        new("version 3", "GET", "/ocs/v3.php/taskprocessing/tasktypes", 404),
        new("dots in the path", "GET", Task + "/task/../../../etc/passwd", 404),
        new("encoded dots and slashes", "GET", Task + "/task/..%2f..%2fetc%2fpasswd", 404),
        new("a broken escape", "GET", Task + "/task/%zz%", 404),
        new("an overlong escape", "GET", Task + "/task/%c0%ae", 404),
        new("an id beyond 64 bits", "GET", Task + "/task/99999999999999999999999999", 404),
        new("an id that tries SQL", "GET", Task + "/task/1'%20OR%20'1'='1", 404),
        new("a NUL encoded twice", "GET", "/ocs/v2.php/%2500", 404),
        new("an id that is encoded twice", "GET", Task + "/task/%2531", 404),
        new("a path of 4000 characters", "GET", $"{Task}/task/{new string('7', 4000)}", 404),
        new("a list of a strange app", "GET", Task + "/tasks/app/%F0%9F%98%80%0d%0a", 200),
        new("a verb of its own", "BREW", Task + "/tasktypes", 405),
        new("a wrong verb", "PUT", Task + "/schedule", 405),
        new("TRACE", "TRACE", Task + "/tasktypes", 405),
        // Queries and headers.
        new("an odd format", "GET", Task + "/task/999?format[]=json", 404),
        new("a query that is no query", "GET", Task + "/tasks?&&==&%&%zz=%&[[]]=[", 200),
        new(
            "a thousand parameters and one",
            "GET",
            $"{Task}/tasks?{string.Join('&', Enumerable.Range(0, 1001).Select(number => $"a[]={number}"))}"
        ),
        new("a filter that is a list", "GET", Task + "/tasks?customId[]=x"),
        new("a NUL in a filter", "GET", Task + "/tasks?taskType=a%00b"),
        new("Accept of nonsense", "GET", Task + "/task/999", 404, Headers: [("Accept", ",,;;/*application/")]),
        new("an empty Basic", "GET", Task + "/tasks", 401, Headers: [("Authorization", "Basic ")]),
        new("Basic that is no Base64", "GET", Task + "/tasks", 401, Headers: [("Authorization", "Basic !!!!")]),
        new("Basic without colon", "GET", Task + "/tasks", 401, Headers: [("Authorization", "Basic YWxpY2U=")]),
        new("Basic with bytes that are no text", "GET", Task + "/tasks", 401, Headers: [("Authorization", "Basic /////zo6/w==")]),
        new("Bearer of 8000 characters", "GET", Task + "/tasks", 401, Headers: [("Authorization", $"Bearer {new string('b', 8000)}")]),
        new("a login of an unknown kind", "GET", Task + "/tasks", 401, Headers: [("Authorization", "Digest username=alice")]),
        new("AppAPI without app", "GET", Task + "/tasks_provider/next", 412, Headers: [("AUTHORIZATION-APP-API", "Og==")]),
        new(
            "AppAPI with nonsense",
            "GET",
            Task + "/tasks_provider/next",
            412,
            Headers: [("AUTHORIZATION-APP-API", "?"), ("EX-APP-ID", "worker"), ("EX-APP-VERSION", "x.y")]
        ),
        // Calls of workers.
        Json("progress is a map", Progress, """{"progress":{}}""", app: true),
        Json("progress beyond all numbers", Progress, """{"progress":1e999}""", app: true),
        Json("progress of minus one", Progress, """{"progress":-1}""", app: true),
        Json("output is a text", Result, """{"output":"x"}""", 200, app: true),
        Json("neither output nor error", Result, "{}", app: true),
        Json("a NUL in the error", Result, """{"errorMessage":"a\u0000b"}""", 200, app: true),
        Json("half a pair in the error", Result, """{"errorMessage":"a\ud83d"}""", 200, app: true),
        Json("a claim that is no number", Result, """{"errorMessage":"a","claim":"\ud83d"}""", app: true),
        Json(
            "a NUL in a provider's id",
            Register,
            """{"provider":{"id":"a\u0000b","name":"a","task_type":"a","expected_runtime":1}}""",
            app: true
        ),
        new(
            "a batch of too many",
            "GET",
            Task + "/tasks_provider/next_batch?providerIds[]=a&taskTypeIds[]=b&numberOfTasks=99999999999999999999",
            200,
            App: true
        ),
        Json("retryAfter is a word", Result, """{"errorMessage":"x","retryable":true,"claim":1,"retryAfter":"abc"}""", app: true),
        Json("retryAfter beyond all numbers", Result, """{"errorMessage":"x","retryable":true,"claim":1,"retryAfter":1e400}""", app: true),
        Json("retryable is a word", Result, """{"errorMessage":"x","retryable":"abc","claim":1}""", app: true),
        Json("a claim that is true", Result, """{"errorMessage":"x","claim":true}""", app: true),
        Json("wait is a word", Task + "/tasks_provider/1/heartbeat", """{"wait":"long"}""", app: true),
        Json("wait is true", Task + "/tasks_provider/1/heartbeat", """{"wait":true}""", app: true),
        Json("steps that are no number", Progress, """{"step":"abc","total":5}""", app: true),
        Json("a total that is true", Progress, """{"step":1,"total":true}""", app: true),
        new(
            "progress of an app that is a word",
            "PUT",
            "/ocs/v2.php/apps/app_api/ex-app/status",
            App: true,
            Body: """{"progress":"abc"}"""u8.ToArray()
        ),
        Json("a log level that is true", "/ocs/v2.php/apps/app_api/api/v1/log", """{"level":true,"message":"x"}""", app: true),
        new("a NUL in a list", "GET", Task + "/tasks_provider/next?providerIds[]=a%00b&taskTypeIds[]=b", App: true),
        new("a NUL in a list of types", "GET", Task + "/tasks_provider/next?providerIds[]=a&taskTypeIds=b%00,c", App: true),
        new("a batch of a word", "GET", Task + "/tasks_provider/next_batch?providerIds[]=a&taskTypeIds[]=b&numberOfTasks=many", App: true),
        new(
            "a batch of half tasks",
            "GET",
            Task + "/tasks_provider/next_batch?providerIds[]=a&taskTypeIds[]=b&numberOfTasks=1.5",
            App: true
        ),
        new(
            "a batch of no number",
            "GET",
            Task + "/tasks_provider/next_batch?providerIds[]=a&taskTypeIds[]=b&numberOfTasks[]=2",
            App: true
        ),
        Json("a provider that is a list", Register, """{"provider":[]}""", app: true),
        Json("a provider of wrong kinds", Register, """{"provider":{"id":1,"name":2,"task_type":[],"expected_runtime":"x"}}""", app: true),
        Json(
            "a runtime beyond all numbers",
            Register,
            """{"provider":{"id":"a","name":"a","task_type":"a","expected_runtime":1e300}}""",
            app: true
        ),
    ];

    public static TheoryData<string, string> Names()
    {
        var names = new TheoryData<string, string>();
        foreach (var call in Calls)
        {
            names.Add(call.Name, "json");
            names.Add(call.Name, "xml");
        }

        return names;
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Is_refused_in_an_envelope(string name, string format)
    {
        var call = Calls.Single(call => call.Name == name);
        var server = await attacked.ServerAsync();

        var answer = await SendAsync(server, call, format);

        answer.Status.Should().Be(call.Status, answer.Text);
        if (answer.Status == 412)
        {
            answer.Text.Should().Be("""{"message":"ExApp required"}""");
            return;
        }

        var asJson = format == "json" && !call.IsOddAboutFormat;
        answer.Headers["content-type"].Should().Contain(asJson ? "application/json" : "xml");
        var meta = (asJson ? JsonNode.Parse(answer.Text)! : XmlTree.Read(answer.Text))["ocs"]!["meta"]!;
        meta["status"]!.ToString().Should().Be(call.Status == 200 ? "ok" : "failure");
        (await new RawHttp(server.Address).SendAsync("GET", "/health/live", [], null, TestContext.Current.CancellationToken))
            .Status.Should()
            .Be(200);
    }

    /// <summary>The web server itself refuses bytes that are no HTTP; they never reach the envelope.</summary>
    [Theory]
    [InlineData("GET /ocs/v2.php/x\r\n\r\n", 400)]
    [InlineData("GET /ocs/v2.php/task%00 HTTP/1.1\r\nHost: a\r\n\r\n", 400)]
    [InlineData("GET /ocs/v2.php/x HTTP/9.9\r\nHost: a\r\n\r\n", 505)]
    [InlineData("POST /ocs/v2.php/x HTTP/1.1\r\nHost: a\r\nContent-Length: -5\r\n\r\n", 400)]
    public async Task Bytes_that_are_no_HTTP_are_refused_by_the_web_server(string request, int status)
    {
        var server = await attacked.ServerAsync();

        var answer = await new RawHttp(server.Address).SendAsync(Encoding.Latin1.GetBytes(request), TestContext.Current.CancellationToken);

        answer.Status.Should().Be(status);
    }

    private static Task<RawAnswer> SendAsync(TestServer server, HostileCall call, string format)
    {
        var headers = new List<(string Name, string Value)> { ("OCS-APIRequest", "true"), ("Content-Type", call.ContentType) };
        if (call.Headers.All(header => header.Name != "Accept"))
            headers.Add(("Accept", $"application/{format}"));
        if (call.App)
            headers.AddRange([
                ("EX-APP-ID", "worker"),
                ("EX-APP-VERSION", "1.0.0"),
                ("AUTHORIZATION-APP-API", TestServer.Base64(":secret")),
            ]);
        else if (call.Headers.All(header => header.Name == "Accept"))
            headers.Add(("Authorization", $"Basic {TestServer.Base64("alice:token-of-alice")}"));
        headers.AddRange(call.Headers);
        return new RawHttp(server.Address).SendAsync(call.Method, call.Path, headers, call.Body, TestContext.Current.CancellationToken);
    }

    private static HostileCall Json(string name, string path, string body, int status = 400, bool app = false) =>
        new(name, "POST", path, status, App: app, Body: Encoding.UTF8.GetBytes(body));

    /// <summary>One server for all calls, so that damage by one call is noticed by the next.</summary>
    public sealed class AttackedServer : IAsyncDisposable
    {
        private TestServer? _server;

        internal async Task<TestServer> ServerAsync()
        {
            if (_server is not null)
                return _server;

            _server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" });
            _server.ExpectedLog.Add("Rejected a provider");
            await _server.AddUserAsync("alice");
            (await _server.WorkerAsync("core:text2text", "core:audio2text")).Dispose();
            using var guest = _server.Guest();
            (await guest.ScheduleAsync()).TaskId.Should().Be(1, "uploads name it");
            return _server;
        }

        public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
    }

    private sealed record HostileCall(
        string Name,
        string Method,
        string Path,
        int Status = 400,
        bool App = false,
        string ContentType = "application/json",
        byte[]? Body = null,
        params (string Name, string Value)[] Headers
    )
    {
        /// <summary>True when the call does not tell the format, so that XML is answered.</summary>
        public bool IsOddAboutFormat => Headers.Any(header => header.Name == "Accept");
    }
}

using System.Text;
using System.Text.Json.Nodes;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Tests.Contract.Replay;

/// <summary>A server with the users, apps, files and providers of the recording, that takes recorded requests.</summary>
internal sealed class RecordedServer : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly ManualTimeProvider _time;
    private readonly RawHttp _http;
    private Dictionary<string, long> _files = [];

    private RecordedServer(TestServer server, ManualTimeProvider time)
    {
        _server = server;
        _time = time;
        _http = new RawHttp(server.Address);
    }

    /// <summary>The clock stands still, so that a <c>&lt;time&gt;</c> is one number.</summary>
    public long Now => _time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>
    /// The receiver of webhooks; the recording calls it <c>&lt;listener&gt;</c>. By default nothing listens there.
    /// </summary>
    public string Listener { get; private set; } = "http://127.0.0.1:9";

    public static async Task<RecordedServer> StartAsync(bool withProviders = true, bool withRateLimits = false, string? listener = null)
    {
        var time = new ManualTimeProvider();
        var settings = new Dictionary<string, string>
        {
            ["Ocs:Profile"] = "Nextcloud",
            ["TaskTypes:Pipelines"] = "false",
            ["RateLimits:Enabled"] = withRateLimits.ToString(),
            ["Webhooks:AllowedTargets:0"] = "127.0.0.1",
        };
        var server = new RecordedServer(await TestServer.StartAsync(time: time, settings: settings), time);
        server._server.ExpectedLog.Add("is no webhookMethod");
        if (listener is not null)
            server.Listener = listener;
        server._files = await RecordedScene.FurnishAsync(server._server);
        if (withProviders)
        {
            foreach (var call in RecordedCall.All.Where(call => call.Group == "providers"))
                await server.SendAsync(call, server.NewPlaceholders());
        }

        return server;
    }

    /// <summary>Lets enough time pass for every rate limit to start anew.</summary>
    public void LetLimitsPass() => _time.Advance(TimeSpan.FromMinutes(3));

    public async Task ForgetTasksAsync(CancellationToken cancellationToken)
    {
        await using var db = await _server.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(cancellationToken);
        await db.Tasks.ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Waits until the one delivery was sent, or found to lead nowhere.</summary>
    public Task WebhookEndsAsync() =>
        _server.DeliveryBecomesAsync(delivery =>
            delivery.State is not (WebhookState.Waiting or WebhookState.Sending) || delivery.LastProblem is not null
        );

    public Placeholders NewPlaceholders()
    {
        var placeholders = new Placeholders { ["<base>"] = _server.Address.ToString().TrimEnd('/'), ["<listener>"] = Listener };
        foreach (var (placeholder, id) in _files)
            placeholders[placeholder] = id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return placeholders;
    }

    /// <summary>Uploads parts called <c>file</c> as a provider; answers the id of the result file.</summary>
    public async Task<string> UploadAsync(string taskId, params byte[][] contents)
    {
        using var body = new MemoryStream();
        foreach (var content in contents)
        {
            body.Write("--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"out\"\r\n\r\n"u8);
            body.Write(content);
            body.Write("\r\n"u8);
        }

        body.Write("--b--\r\n"u8);
        var headers = RecordedScene
            .Credentials("exapp:")
            .Append(("OCS-APIRequest", "true"))
            .Append(("Accept", "application/json"))
            .Append(("Content-Type", "multipart/form-data; boundary=b"));
        var answer = await SendAsync("POST", $"/ocs/v2.php/taskprocessing/tasks_provider/{taskId}/file", headers, body.ToArray());
        answer.Status.Should().Be(201, answer.Text);
        return JsonNode.Parse(answer.Text)!["ocs"]!["data"]!["fileId"]!.ToJsonString();
    }

    /// <summary>A task that no schedule would have let in.</summary>
    public async Task<JsonNode> SmuggleTaskAsync(string userId, string type, JsonNode input)
    {
        var task = new ProcessingTask
        {
            Type = type,
            Status = ProcessingStatus.Scheduled,
            UserId = userId,
            AppId = "oracle",
            Input = input.ToJsonString(),
            ScheduledAt = _time.GetUtcNow(),
            LastUpdated = _time.GetUtcNow(),
        };
        await _server.Get<ITaskStore>().AddAsync(task, TestContext.Current.CancellationToken);
        return new JsonObject { ["id"] = task.Id };
    }

    public async Task<RecordedAnswer> SendAsync(RecordedCall call, Placeholders placeholders)
    {
        var headers = RecordedScene
            .Credentials(call.As)
            .Concat(((JsonObject)call.Request["headers"]!).Select(header => (header.Key, FillCredentials((string)header.Value!))));
        var answer = await SendAsync(call.Method, placeholders.Fill(call.Path), headers, Body(call, placeholders));
        return RecordedAnswer.Of(answer);
    }

    /// <summary>A call of the test's own.</summary>
    public async Task<RecordedAnswer> SendAsync(string caller, string method, string path)
    {
        var headers = RecordedScene.Credentials(caller).Append(("OCS-APIRequest", "true")).Append(("Accept", "application/json"));
        return RecordedAnswer.Of(await SendAsync(method, path, headers, body: null));
    }

    /// <summary>A call that brings a case about; it must succeed.</summary>
    public async Task<JsonNode> CallAsync(string caller, string method, string path, JsonNode? body = null)
    {
        var headers = RecordedScene
            .Credentials(caller)
            .Append(("OCS-APIRequest", "true"))
            .Append(("Accept", "application/json"))
            .Append(("Content-Type", "application/json"));
        var answer = await SendAsync(
            method,
            "/ocs/v2.php" + path,
            headers,
            body is null ? null : Encoding.UTF8.GetBytes(body.ToJsonString())
        );
        answer.Status.Should().BeInRange(200, 299, $"{method} {path} brings the case about, but the server said {answer.Text}");
        return JsonNode.Parse(answer.Text)!["ocs"]!["data"]!;
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private Task<RawAnswer> SendAsync(string method, string path, IEnumerable<(string Name, string Value)> headers, byte[]? body) =>
        _http.SendAsync(
            method,
            path,
            headers,
            body ?? (method is "GET" or "HEAD" or "DELETE" or "OPTIONS" ? null : RawHttp.NoBody),
            TestContext.Current.CancellationToken
        );

    public static byte[]? Body(RecordedCall call, Placeholders placeholders)
    {
        if ((string?)call.Request["bodyBase64"] is { } bytes)
            return Convert.FromBase64String(bytes);
        if ((string?)call.Request["bodyText"] is { } text)
            return Encoding.UTF8.GetBytes(placeholders.Fill(text));
        if (!call.Request.TryGetPropertyValue("body", out var body))
            return null;

        return Encoding.UTF8.GetBytes(placeholders.Fill(body)?.ToJsonString() ?? "null");
    }

    public static string FillCredentials(string header)
    {
        header = header
            .Replace("<app password of alice>", "token-of-alice", StringComparison.Ordinal)
            .Replace("<secret>", "secret", StringComparison.Ordinal);
        var start = header.IndexOf("base64(", StringComparison.Ordinal);
        return start < 0 ? header : header[..start] + TestServer.Base64(header[(start + "base64(".Length)..^1]);
    }
}

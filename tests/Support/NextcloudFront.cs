using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Tests;

/// <summary>
/// Stands before a server of ours in the profile Nextcloud and makes a Nextcloud of it: no claim numbers, no long polls, no routes of
/// our own, 500 with code 996 for what it did not foresee, and a lock-out after wrong secrets. It also loses answers, and keeps a
/// record of everything that would go wrong at a real one, where the last result wins.
/// </summary>
internal sealed partial class NextcloudFront : IAsyncDisposable
{
    private readonly Func<Uri> _server;
    private readonly string _secret;
    private readonly HttpClient _client = new(
        new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = false,
            UseCookies = false,
        }
    );
    private readonly ConcurrentDictionary<string, int> _losing = new();
    private LoopbackWeb _web = null!;
    private int _wrongSecrets;

    private NextcloudFront(Func<Uri> server, string secret) => (_server, _secret) = (server, secret);

    public string Url => _web.Url;

    /// <summary>The version decides which routes there are.</summary>
    public int Version { get; init; } = 32;

    /// <summary>The largest upload, as PHP limits it.</summary>
    public long UploadLimit { get; set; } = long.MaxValue;

    /// <summary>True when nothing is answered at all.</summary>
    public bool IsAway { get; set; }

    /// <summary>How it refuses the app, whatever the app's secret.</summary>
    public Refusal Refuses { get; set; }

    /// <summary>Refusals wait for it.</summary>
    public Task RefusalsMayEnd { get; set; } = Task.CompletedTask;

    /// <summary>The calls with the app's credentials, refused ones too.</summary>
    public ConcurrentQueue<string> AppCalls { get; } = new();

    /// <summary>The wrong tries that it counts; more than ten lock all apps of the address out.</summary>
    public int WrongSecrets => _wrongSecrets;

    /// <summary>True when each output is refused, as that of a type which is gone.</summary>
    public bool RefusesOutputs { get; set; }

    /// <summary>True when no file is found.</summary>
    public bool HasNoFiles { get; set; }

    /// <summary>The share of calls that are lost: half of them before they arrive, half with their answer.</summary>
    public double LossRate { get; set; }

    /// <summary>The calls that arrived, such as <c>POST result 7</c>, in their order.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    /// <summary>The ends that were told, by task; more than one is a fault.</summary>
    public ConcurrentDictionary<long, ConcurrentQueue<string>> Results { get; } = new();

    /// <summary>What would go wrong at a Nextcloud: a second result, progress after a result.</summary>
    public ConcurrentQueue<string> Faults { get; } = new();

    /// <summary>Learns of each task that is handed out (<c>next</c>, <c>next_batch</c>) or reported on, before the answer goes out.</summary>
    public Action<string, long>? Answered { get; set; }

    public static async Task<NextcloudFront> StartAsync(Func<Uri> server, string secret, int version = 32)
    {
        var front = new NextcloudFront(server, secret) { Version = version };
        front._web = await LoopbackWeb.StartAsync(front.AnswerAsync);
        return front;
    }

    /// <summary>Does what the next calls of a kind ask for (next, next_batch, result, progress, file), and drops the answers.</summary>
    public void LoseAnswers(string kind, int count) => _losing[kind] = count;

    /// <summary>The number of calls of a kind that arrived.</summary>
    public int Count(string kind) => Calls.Count(call => call.Split(' ')[1] == kind);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _client.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (IsAway || (LossRate > 0 && Random.Shared.NextDouble() < LossRate / 2))
        {
            context.Abort();
            return;
        }

        var path = context.Request.Path.Value!;
        if (!await IsWelcomeAsync(context, path))
            return;

        var (kind, task) = path switch
        {
            _ when path.EndsWith("/tasks_provider/next", StringComparison.Ordinal) => ("next", 0L),
            _ when TaskRoute().Match(path) is { Success: true } match => (
                match.Groups["what"].Value,
                long.Parse(match.Groups["id"].Value, CultureInfo.InvariantCulture)
            ),
            _ => (path.Split('/')[^1], 0L),
        };
        Calls.Enqueue($"{context.Request.Method} {kind} {task}");
        if (IsUnknown(path, kind))
        {
            await EnvelopeAsync(context, 404, 998, "Invalid query, please check the syntax.");
            return;
        }

        var body = kind == "file" || context.Request.Method == "PUT" ? null : await ReadAsync(context.Request);
        if (kind == "file" && context.Request.Method == "POST" && context.Request.ContentLength > UploadLimit)
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await EnvelopeAsync(context, 500, 996, "Internal Server Error");
            return;
        }

        if (kind == "file" && context.Request.Method == "GET" && HasNoFiles)
        {
            await EnvelopeAsync(context, 404, 404, "Not found");
            return;
        }

        if (kind == "result" && RefusesOutputs && JsonNode.Parse(body!)?["output"] is not null)
        {
            await EnvelopeAsync(context, 500, 996, "Internal Server Error");
            return;
        }

        await ForwardAsync(context, kind, task, body);
    }

    private async Task ForwardAsync(HttpContext context, string kind, long task, byte[]? body)
    {
        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            new Uri(_server(), context.Request.Path + (kind == "next" ? WithoutWait(context.Request) : context.Request.QueryString.Value))
        );
        request.Content = body is null ? new StreamContent(context.Request.Body) : new ByteArrayContent(body);
        foreach (var header in context.Request.Headers.Where(header => header.Key is not ("Host" or "Content-Length" or "Connection")))
        {
            if (!request.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]))
                request.Content.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]);
        }

        if (body is null && context.Request.ContentLength is { } length)
            request.Content.Headers.ContentLength = length;

        HttpResponseMessage answer;
        try
        {
            answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        }
        catch (HttpRequestException)
        {
            // The server behind is dead, as a Nextcloud behind its web server may be.
            await EnvelopeAsync(context, 502, 502, "Bad Gateway");
            return;
        }

        using (answer)
        {
            var isLost = IsLost(kind);
            if (kind is "next" or "next_batch" or "result" or "progress" or "stream-result")
            {
                byte[] bytes;
                try
                {
                    bytes = await answer.Content.ReadAsByteArrayAsync();
                }
                catch (HttpRequestException)
                {
                    context.Abort();
                    return;
                }

                Note(kind, task, (int)answer.StatusCode, bytes);
                if (isLost)
                {
                    context.Abort();
                    return;
                }

                context.Response.StatusCode = (int)answer.StatusCode;
                if ((int)answer.StatusCode == 204)
                    return;
                context.Response.ContentType = "application/json; charset=utf-8";
                await context.Response.Body.WriteAsync(kind is "next" or "next_batch" ? WithoutClaim(bytes) : bytes);
                return;
            }

            if (isLost)
            {
                context.Abort();
                return;
            }

            context.Response.StatusCode = (int)answer.StatusCode;
            foreach (
                var header in answer
                    .Headers.Concat(answer.Content.Headers)
                    .Where(header => header.Key is not ("Transfer-Encoding" or "Connection" or "Content-Length"))
            )
                context.Response.Headers[header.Key] = header.Value.ToArray();
            await answer.Content.CopyToAsync(context.Response.Body);
        }
    }

    /// <summary>Keeps what a Nextcloud would have stored: there the last result wins, and progress sets an ended task back to running.</summary>
    private void Note(string kind, long task, int status, byte[] bytes)
    {
        if (status is < 200 or 204 or >= 300 || JsonNode.Parse(bytes)?["ocs"]?["data"] is not JsonObject data)
            return;
        foreach (var handedOut in data["tasks"] as JsonArray ?? [])
            Answered?.Invoke(kind, (long)handedOut!["task"]!["id"]!);
        if (data["task"] is not { } state)
            return;
        Answered?.Invoke(kind, (long)state["id"]!);
        if (kind == "next")
            return;

        var now = (string)state["status"]!;
        var results = Results.GetOrAdd(task, _ => new());
        if (now == "STATUS_CANCELLED")
            return;
        if (kind == "result")
        {
            if (!results.IsEmpty)
                Faults.Enqueue($"a second result of task {task}");
            results.Enqueue(now);
        }
        else if (!results.IsEmpty)
        {
            Faults.Enqueue($"{kind} of task {task} after its result");
        }
    }

    private async Task<bool> IsWelcomeAsync(HttpContext context, string path)
    {
        if (!context.Request.Headers.TryGetValue("AUTHORIZATION-APP-API", out var credentials))
            return true;
        AppCalls.Enqueue($"{context.Request.Method} {path}");
        if (_wrongSecrets > 10 || Refuses == Refusal.LockedOut)
        {
            context.Response.StatusCode = 429;
            await context.Response.WriteAsJsonAsync(new { message = "Reached maximum delay" });
            return false;
        }

        var text = Encoding.UTF8.GetString(Convert.FromBase64String(credentials.ToString()));
        var isRight = Refuses != Refusal.WrongSecret && text[(text.IndexOf(':', StringComparison.Ordinal) + 1)..] == _secret;
        var isAppApi = path.Contains("/apps/app_api/", StringComparison.Ordinal);
        if (isRight && Refuses == Refusal.Disabled && path.EndsWith("/ex-app/state", StringComparison.Ordinal))
        {
            await context.Response.WriteAsync("""{"ocs":{"meta":{"status":"ok","statuscode":200,"message":"OK"},"data":0}}""");
            return false;
        }

        if (isRight && Refuses == Refusal.None)
        {
            Interlocked.Exchange(ref _wrongSecrets, 0);
            return true;
        }

        if (!isRight)
            Interlocked.Add(ref _wrongSecrets, isAppApi ? 2 : 1);
        await RefusalsMayEnd;
        if (isAppApi)
        {
            await EnvelopeAsync(context, 401, 997, "AppAPI authentication failed");
            return false;
        }

        context.Response.StatusCode = 412;
        await context.Response.WriteAsJsonAsync(new { message = "ExApp required" });
        return false;
    }

    private bool IsUnknown(string path, string kind) =>
        kind is "heartbeat" or "release" or "results" or "events"
        || (kind == "stream-result" && Version < 35)
        || (Version < 33 && (kind == "next_batch" || path.Contains("/tasks_consumer/", StringComparison.Ordinal)));

    private bool IsLost(string kind)
    {
        if (LossRate > 0 && Random.Shared.NextDouble() < LossRate / 2)
            return true;
        if (!_losing.TryGetValue(kind, out var left) || left <= 0)
            return false;

        _losing[kind] = left - 1;
        return true;
    }

    private static string WithoutWait(HttpRequest request) => Wait().Replace(request.QueryString.Value ?? "", "");

    private static byte[] WithoutClaim(byte[] bytes)
    {
        var json = JsonNode.Parse(bytes)!;
        if (json["ocs"]?["data"] is JsonObject data)
        {
            foreach (var claimed in (data["tasks"] as JsonArray ?? []).OfType<JsonObject>().Append(data))
            {
                claimed.Remove("claim");
                claimed.Remove("traceparent");
            }
        }

        return Encoding.UTF8.GetBytes(json.ToJsonString());
    }

    private static async Task<byte[]> ReadAsync(HttpRequest request)
    {
        using var buffer = new MemoryStream();
        await request.Body.CopyToAsync(buffer);
        return buffer.ToArray();
    }

    private static Task EnvelopeAsync(HttpContext context, int http, int code, string message)
    {
        context.Response.StatusCode = http;
        return context.Response.WriteAsJsonAsync(
            new
            {
                ocs = new
                {
                    meta = new
                    {
                        status = "failure",
                        statuscode = code,
                        message,
                    },
                    data = Array.Empty<object>(),
                },
            }
        );
    }

    [GeneratedRegex(@"/tasks_provider/(?<id>\d+)/(?<what>[a-z-]+)(/\d+)?$")]
    private static partial Regex TaskRoute();

    [GeneratedRegex(@"(?<=[?&])wait=\d+&?")]
    private static partial Regex Wait();
}

/// <summary>The ways in which a Nextcloud refuses an app.</summary>
internal enum Refusal
{
    None,

    /// <summary>429 for all apps of the address, also with the right secret.</summary>
    LockedOut,

    /// <summary>The secret counts as wrong: 412, or 401 with code 997, and each try is counted.</summary>
    WrongSecret,

    /// <summary>412 for everything but the question for the app's state; no try is counted.</summary>
    Disabled,
}

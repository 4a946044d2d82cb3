using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// An endpoint with OpenAI's API on a free port that fails as a test wants, and remembers its calls. <see cref="Script"/>
/// has the answers, in turn, then <see cref="Otherwise"/>.
/// </summary>
internal sealed class ModelEndpoint : IAsyncDisposable
{
    private LoopbackWeb _web = null!;

    private ModelEndpoint() { }

    public string Url => _web.Url + "/v1";

    public ConcurrentQueue<Func<HttpContext, Task>> Script { get; } = new();

    public Func<HttpContext, Task> Otherwise { get; set; } = Streams("Fine", ".");

    /// <summary>The listed models; null for an endpoint without a list.</summary>
    public IReadOnlyList<string>? Models { get; set; } = ["small", "large"];

    /// <summary>All requests but those for the models, oldest first.</summary>
    public ConcurrentQueue<RecordedRequest> Requests { get; } = new();

    /// <summary>The number of callers that went away before they were answered.</summary>
    public int Aborted => _aborted;

    private int _aborted;

    public static async Task<ModelEndpoint> StartAsync(string url = "http://127.0.0.1:0")
    {
        var endpoint = new ModelEndpoint();
        endpoint._web = await LoopbackWeb.StartAsync(endpoint.AnswerAsync, url);
        return endpoint;
    }

    /// <summary>A good answer in pieces.</summary>
    public static Func<HttpContext, Task> Streams(params string[] pieces) =>
        async context =>
        {
            await BeginStreamAsync(context, pieces);
            await WriteAsync(context, """{"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}""");
            await WriteAsync(context, "[DONE]");
        };

    /// <summary>Events as they are given.</summary>
    public static Func<HttpContext, Task> Events(params string[] events) =>
        async context =>
        {
            context.Response.ContentType = "text/event-stream";
            foreach (var data in events)
                await WriteAsync(context, data);
        };

    /// <summary>Begins well, then the line breaks.</summary>
    public static Func<HttpContext, Task> Cuts(params string[] pieces) =>
        async context =>
        {
            await BeginStreamAsync(context, pieces);
            context.Abort();
        };

    /// <summary>Begins well, then nothing more comes.</summary>
    public static Func<HttpContext, Task> FallsSilent(params string[] pieces) =>
        async context =>
        {
            await BeginStreamAsync(context, pieces);
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        };

    /// <summary>Never answers.</summary>
    public static Func<HttpContext, Task> Hangs() => context => Task.Delay(Timeout.Infinite, context.RequestAborted);

    /// <summary>Sends bytes until the caller is gone.</summary>
    public static Func<HttpContext, Task> NeverEnds() =>
        async context =>
        {
            context.Response.ContentType = "audio/mpeg";
            var bytes = new byte[1024 * 1024];
            while (true)
            {
                context.RequestAborted.ThrowIfCancellationRequested();
                await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
            }
        };

    public static Func<HttpContext, Task> Answers(int status, string body, string type = "application/json", string? retryAfter = null) =>
        async context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            if (retryAfter is not null)
                context.Response.Headers.RetryAfter = retryAfter;
            await context.Response.WriteAsync(body);
        };

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private static async Task BeginStreamAsync(HttpContext context, string[] pieces)
    {
        context.Response.ContentType = "text/event-stream";
        foreach (var piece in pieces)
            await WriteAsync(context, $$$"""{"choices":[{"index":0,"delta":{"content":{{{JsonSerializer.Serialize(piece)}}}}}]}""");
    }

    private static async Task WriteAsync(HttpContext context, string data)
    {
        await context.Response.WriteAsync($"data: {data}\n\n");
        await context.Response.Body.FlushAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path.Value!.EndsWith("/models", StringComparison.Ordinal))
        {
            context.Response.StatusCode = Models is null ? 404 : 200;
            await context.Response.WriteAsJsonAsync(
                new { @object = "list", data = (Models ?? []).Select(id => new { id, @object = "model" }) }
            );
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Requests.Enqueue(
            new RecordedRequest(
                $"{context.Request.Method} {context.Request.Path}",
                context.Request.Headers.Authorization.ToString(),
                context.Request.ContentType ?? "",
                body.ToArray()
            )
        );
        try
        {
            await (Script.TryDequeue(out var next) ? next : Otherwise)(context);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _aborted);
        }
    }
}

/// <summary>A call of the endpoint.</summary>
internal sealed record RecordedRequest(string Call, string Authorization, string ContentType, byte[] Body)
{
    public string Text => Encoding.UTF8.GetString(Body);

    public JsonElement Json => JsonElement.Parse(Text);

    /// <summary>The fields of a form, a file as its name and its length, in the order of their names.</summary>
    public async Task<SortedDictionary<string, string>> FormAsync()
    {
        var context = new DefaultHttpContext { Request = { ContentType = ContentType, Body = new MemoryStream(Body) } };
        var form = await new FormFeature(context.Request).ReadFormAsync(CancellationToken.None);
        var fields = new SortedDictionary<string, string>(
            form.ToDictionary(field => field.Key, field => field.Value.ToString()),
            StringComparer.Ordinal
        );
        foreach (var file in form.Files)
            fields.Add(file.Name, $"{file.FileName}, {file.Length} bytes");
        return fields;
    }

    /// <summary>The messages of a chat as <c>role: content</c>.</summary>
    public IEnumerable<string> Messages =>
        Json.GetProperty("messages")
            .EnumerateArray()
            .Select(message => $"{message.GetProperty("role").GetString()}: {message.GetProperty("content")}");
}

using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A receiver of webhooks: a real web server on a free loopback port that remembers the deliveries and answers as a test
/// wants.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    private LoopbackWeb _web = null!;

    private WebhookReceiver() { }

    public string Url => _web.Url;

    public int Port => new Uri(Url).Port;

    /// <summary>The answer to its nth request, counted from 1; 200 without a body by default.</summary>
    public Func<int, HttpContext, Task> Answer { get; set; } = (_, _) => Task.CompletedTask;

    /// <summary>Oldest first.</summary>
    public ConcurrentQueue<ReceivedWebhook> Received { get; } = new();

    /// <summary>The settings of a server that may call it.</summary>
    public static Dictionary<string, string> Settings(string allowed = "127.0.0.1", params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string> { ["Webhooks:AllowedTargets:0"] = allowed };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        receiver._web = await LoopbackWeb.StartAsync(receiver.ReceiveAsync);
        return receiver;
    }

    /// <summary>Answers the first requests with these statuses, and all later ones with 200.</summary>
    public void AnswerWith(params int[] statuses) =>
        Answer = (number, context) =>
        {
            context.Response.StatusCode = number <= statuses.Length ? statuses[number - 1] : 200;
            return Task.CompletedTask;
        };

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync();
        Received.Enqueue(
            new ReceivedWebhook(
                context.Request.Method,
                $"{context.Request.Path}{context.Request.QueryString}",
                context.Request.Headers.ToDictionary(
                    header => header.Key,
                    header => header.Value.ToString(),
                    StringComparer.OrdinalIgnoreCase
                ),
                body
            )
        );
        await Answer(Received.Count, context);
    }
}

/// <summary>One request to the receiver.</summary>
internal sealed record ReceivedWebhook(string Method, string Path, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}

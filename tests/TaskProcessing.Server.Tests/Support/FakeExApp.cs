using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>An app's listening side on a free port, which answers as a test wants and remembers its calls.</summary>
internal sealed class FakeExApp : IAsyncDisposable
{
    private LoopbackWeb _web = null!;

    private FakeExApp() { }

    public string Url => _web.Url;

    /// <summary>Such as <c>POST /trigger?providerId=p</c>, oldest first.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<(IHeaderDictionary Headers, string Body)> Requests { get; } = new();

    /// <summary>The answers by method and path; without an entry 200 and <c>{}</c>.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = new();

    public static async Task<FakeExApp> StartAsync()
    {
        var app = new FakeExApp();
        app._web = await LoopbackWeb.StartAsync(app.AnswerAsync);
        return app;
    }

    public ValueTask DisposeAsync() => _web.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var call = $"{context.Request.Method} {context.Request.Path}{context.Request.QueryString}";
        using var body = new StreamReader(context.Request.Body, Encoding.UTF8);
        Requests.Enqueue((new HeaderDictionary(context.Request.Headers.ToDictionary()), await body.ReadToEndAsync()));
        var (status, text) = Answers.GetValueOrDefault(call, (200, "{}"));
        context.Response.StatusCode = status;
        await context.Response.WriteAsync(text);
        Calls.Enqueue(call);
    }
}

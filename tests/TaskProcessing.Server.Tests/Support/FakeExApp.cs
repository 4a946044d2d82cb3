using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>An app's listening side on a free port, which answers as a test wants and remembers what it was asked.</summary>
internal sealed class FakeExApp : IAsyncDisposable
{
    private readonly WebApplication _app;

    private FakeExApp(WebApplication app)
    {
        _app = app;
        Url = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
    }

    public string Url { get; }

    /// <summary>Such as <c>POST /trigger?providerId=p</c>, oldest first.</summary>
    public ConcurrentQueue<string> Calls { get; } = new();

    public ConcurrentQueue<(IHeaderDictionary Headers, string Body)> Requests { get; } = new();

    /// <summary>What it answers to a call of that form; without an entry 200 and <c>{}</c>.</summary>
    public ConcurrentDictionary<string, (int Status, string Body)> Answers { get; } = new();

    public static async Task<FakeExApp> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder(["--urls=http://127.0.0.1:0"]);
        builder.Logging.ClearProviders();
        var web = builder.Build();
        FakeExApp? app = null;
        web.Run(context => app!.AnswerAsync(context));
        await web.StartAsync();
        return app = new FakeExApp(web);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

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

using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace TaskProcessing.Tests;

/// <summary>A real web server on loopback, for the stand-ins of tests.</summary>
internal sealed class LoopbackWeb : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LoopbackWeb(WebApplication app)
    {
        _app = app;
        Url = app.Urls.Single();
    }

    /// <summary>Its present or former address, without a slash at the end.</summary>
    public string Url { get; }

    /// <param name="answer">Answers every request.</param>
    /// <param name="url">The address to listen on; a free port by default.</param>
    public static async Task<LoopbackWeb> StartAsync(RequestDelegate answer, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder([$"--urls={url}"]);
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(answer);
        await app.StartAsync();
        return new LoopbackWeb(app);
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}

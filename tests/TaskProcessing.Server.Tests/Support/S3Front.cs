using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Stands before an S3 server of one test's own and passes everything on, until a test wants it to fail.</summary>
internal sealed class S3Front : IAsyncDisposable
{
    private readonly S3Server _server;
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseProxy = false });
    private LoopbackWeb _web = null!;

    private S3Front(S3Server server) => _server = server;

    /// <summary>The failing answer; null to pass calls on.</summary>
    public RequestDelegate? Failure { get; set; }

    /// <summary>The failing answer to a certain request; null to pass it on.</summary>
    public Func<HttpRequest, RequestDelegate?>? Refuses { get; set; }

    public static async Task<S3Front> StartAsync()
    {
        var front = new S3Front(await S3Server.StartAsync());
        front._web = await LoopbackWeb.StartAsync(front.AnswerAsync);
        return front;
    }

    /// <summary>An error as S3 words it.</summary>
    public static RequestDelegate Refusal(int status, string code) =>
        context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = "application/xml";
            return context.Response.WriteAsync(
                $"<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>secret-of-the-endpoint</Message></Error>"
            );
        };

    /// <summary>Takes the request and says nothing more.</summary>
    public static Task Silence(HttpContext context) =>
        Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default);

    /// <summary>The settings for a server under test; the address holds a password, which must not be logged.</summary>
    public Dictionary<string, string> Settings(params (string Key, string Value)[] more)
    {
        var settings = new Dictionary<string, string>(_server.Settings) { ["Files:S3:ServiceUrl"] = _web.Url };
        foreach (var (key, value) in more)
            settings[key] = value;
        return settings;
    }

    public S3Options Options(string? userInfo = null) =>
        new()
        {
            Bucket = _server.Options.Bucket,
            ServiceUrl = userInfo is null ? _web.Url : _web.Url.Replace("://", $"://{userInfo}@", StringComparison.Ordinal),
            ForcePathStyle = true,
            AccessKey = _server.Options.AccessKey,
            SecretKey = _server.Options.SecretKey,
        };

    /// <summary>Stops listening.</summary>
    public ValueTask StopAsync() => _web.DisposeAsync();

    public async Task RiseAsync() => _web = await LoopbackWeb.StartAsync(AnswerAsync, _web.Url);

    public async ValueTask DisposeAsync()
    {
        await _web.DisposeAsync();
        _client.Dispose();
        await _server.DisposeAsync();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if ((Refuses?.Invoke(context.Request) ?? Failure) is { } failure)
        {
            await failure(context);
            return;
        }

        using var request = new HttpRequestMessage(
            new HttpMethod(context.Request.Method),
            $"{_server.Options.ServiceUrl}{context.Request.Path}{context.Request.QueryString}"
        );
        request.Content = new StreamContent(context.Request.Body);
        foreach (var header in context.Request.Headers)
        {
            // The host too: it is signed.
            if (!request.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]))
                request.Content.Headers.TryAddWithoutValidation(header.Key, [.. header.Value]);
        }

        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        context.Response.StatusCode = (int)answer.StatusCode;
        foreach (
            var header in answer
                .Headers.Concat(answer.Content.Headers)
                .Where(header => header.Key is not ("Transfer-Encoding" or "Connection"))
        )
            context.Response.Headers[header.Key] = header.Value.ToArray();
        await answer.Content.CopyToAsync(context.Response.Body);
    }
}

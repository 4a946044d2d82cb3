using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps;

namespace TaskProcessing.Server.Tests.Isolation;

/// <summary>Those whom the server calls where an operator says redirect it, and get no secret and no file sent to another host.</summary>
public sealed class RedirectTests : IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _sentElsewhere = new();
    private int _status = 307;
    private LoopbackWeb _elsewhere = null!;
    private LoopbackWeb _service = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _elsewhere = await LoopbackWeb.StartAsync(context =>
        {
            _sentElsewhere.Enqueue(context.Request.Method);
            return Task.CompletedTask;
        });
        _service = await LoopbackWeb.StartAsync(context =>
        {
            context.Response.StatusCode = _status;
            context.Response.Headers.Location = _elsewhere.Url + context.Request.Path;
            return Task.CompletedTask;
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _elsewhere.DisposeAsync();
    }

    [Theory]
    [InlineData(301)]
    [InlineData(302)]
    [InlineData(307)]
    [InlineData(308)]
    public async Task Files_do_not_follow_a_bucket_to_another_host(int status)
    {
        _status = status;
        using var store = new S3BlobStore(
            new S3Options
            {
                Bucket = "bucket",
                ServiceUrl = _service.Url,
                ForcePathStyle = true,
                AccessKey = "access",
                SecretKey = "secret",
            }
        );
        using var content = new MemoryStream("content"u8.ToArray());

        var write = () => store.WriteAsync("key", content, Token);
        var read = () => store.OpenAsync("key", 0, 1, Token);
        var delete = () => store.DeleteAsync("key", Token);

        (await write.Should().ThrowAsync<BlobStoreUnavailableException>()).WithMessage($"*it answered {status}*");
        await read.Should().ThrowAsync<BlobStoreUnavailableException>();
        await delete.Should().ThrowAsync<BlobStoreUnavailableException>();
        _sentElsewhere.Should().BeEmpty();
    }

    [Fact]
    public async Task An_apps_secret_stays_with_the_app()
    {
        using var callExApp = new CallExApp(Options.Create(new AppApiOptions()), TimeProvider.System);
        var app = new ExApp
        {
            Id = "app",
            Version = "1.0.0",
            ProtectedSecret = "",
            Url = _service.Url,
            CreatedAt = default,
        };

        var answer = await callExApp.RunAsync(
            new KnownExApp(app, "hush"),
            new ExAppCall(HttpMethod.Post, "/trigger", TimeSpan.FromSeconds(30)),
            Token
        );

        answer.Status.Should().Be(HttpStatusCode.TemporaryRedirect);
        _sentElsewhere.Should().BeEmpty();
    }

    [Fact]
    public async Task A_Nextclouds_secret_stays_with_the_Nextcloud()
    {
        using var clients = new NextcloudClients(TimeProvider.System);
        var client = clients.Of(
            new KnownNextcloud(
                new Nextcloud
                {
                    Id = "home",
                    Url = _service.Url,
                    AppId = "app",
                    AppVersion = "1.0.0",
                    ProtectedSecret = "",
                    CreatedAt = default,
                },
                "hush"
            )
        );

        using var answer = await client.SendPlainAsync(client.Calls.Request(HttpMethod.Get, "status.php"), Token);

        answer.StatusCode.Should().Be(HttpStatusCode.TemporaryRedirect);
        _sentElsewhere.Should().BeEmpty();
    }

    [Fact]
    public async Task An_endpoints_key_stays_with_the_endpoint()
    {
        using var client = new EndpointClient(
            "local",
            new OpenAIEndpointOptions { BaseAddress = _service.Url, Key = "hush" },
            TimeProvider.System,
            NullLogger.Instance
        );

        var list = () => client.ListModelsAsync(TimeSpan.FromSeconds(30), Token);

        await list.Should().ThrowAsync<Exception>();
        _sentElsewhere.Should().BeEmpty();
    }
}

using System.Net;
using System.Text;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers.Listening;

/// <summary>A whole provider app, and a Nextcloud that calls it as AppAPI does.</summary>
public sealed class ListeningAppTests : IAsyncLifetime
{
    private const string Registry = "/ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Result = "POST /ocs/v2.php/taskprocessing/tasks_provider/7/result";

    private readonly ManualTimeProvider _time = new();
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _http = new();
    private StandInServer _server = null!;
    private IHost _app = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _server = (await StandInServer.StartAsync()).AsNextcloud();

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _app.StopAsync(Cancel);
        _app.Dispose();
        await _server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Installing_goes_through_heartbeat_init_and_enabled()
    {
        _server.On($"POST {Registry}", Envelope("[]")).On(Next, NoContent);
        await StartAsync();

        (await CallAsync("GET", "heartbeat", secret: null)).Should().Be((HttpStatusCode.OK, """{"status":"ok"}"""));
        (await CallAsync("POST", "init")).Status.Should().Be(HttpStatusCode.NotFound);
        (await CallAsync("PUT", "enabled?enabled=1")).Should().Be((HttpStatusCode.OK, """{"error":""}"""));
        (await CallAsync("GET", "elsewhere")).Status.Should().Be(HttpStatusCode.NotFound);
        (await CallAsync("PUT", "enabled")).Status.Should().Be(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("PUT", "enabled?enabled=1", "wrong", "words")]
    [InlineData("PUT", "enabled?enabled=0", "s3cret", "another")]
    [InlineData("PUT", "enabled?enabled=0", null, "words")]
    [InlineData("POST", "trigger?providerId=test:one", "wrong", "words")]
    public async Task Calls_without_the_apps_credentials_are_refused(string method, string path, string? secret, string app)
    {
        _server.On($"POST {Registry}", Envelope("[]")).On(Next, NoContent);
        await StartAsync();

        (await CallAsync(method, path, secret, app)).Status.Should().Be(HttpStatusCode.Unauthorized);

        _server.CallsTo("DELETE").Should().BeEmpty();
    }

    [Fact]
    public async Task An_app_that_was_refused_before_it_was_enabled_works_at_once_afterwards()
    {
        var refused = new TaskCompletionSource();
        var claimed = new TaskCompletionSource();
        var wrong = Envelope("""{"message":"AppAPI authentication failed"}""", 997, http: 401);
        _server
            .On($"POST {Registry}", wrong, Envelope("[]"))
            .On("GET /ocs/v2.php/apps/app_api/ex-app/state", Signal(refused, wrong))
            .On(Next, Signal(claimed, NoContent));
        await StartAsync();
        await refused.Task;
        // The silence has begun; it would last for ten minutes.
        await _time.WhenSomebodyWaitsAsync(TimeSpan.FromMinutes(10));

        (await CallAsync("PUT", "enabled?enabled=1")).Status.Should().Be(HttpStatusCode.OK);
        await claimed.Task;

        _server.CallsTo($"POST {Registry}").Should().HaveCount(2);
    }

    [Fact]
    public async Task Disabling_removes_the_providers_within_the_call_and_enabling_registers_them_again()
    {
        var claims = new Awaited();
        _server.On($"POST {Registry}", Envelope("[]")).On($"DELETE {Registry}", Envelope("[]")).On(Next, claims.Signal(NoContent));
        await StartAsync();
        await claims.NextAsync(Cancel);

        var disabled = await CallAsync("PUT", "enabled?enabled=0");

        disabled.Should().Be((HttpStatusCode.OK, """{"error":""}"""));
        _server.CallsTo($"DELETE {Registry}").Single().Query.Should().Be("?name=test:one");
        await CallAsync("PUT", "enabled?enabled=1");
        await claims.NextAsync(Cancel);
        _server.CallsTo($"POST {Registry}").Should().HaveCount(2);
    }

    [Fact]
    public async Task A_server_that_cannot_remove_the_providers_is_told_so()
    {
        var claims = new Awaited();
        _server.On($"POST {Registry}", Envelope("[]")).On($"DELETE {Registry}", Raw(500, "")).On(Next, claims.Signal(NoContent));
        await StartAsync();
        await claims.NextAsync(Cancel);

        (await CallAsync("PUT", "enabled?enabled=0")).Body.Should().Contain("could not be removed");
    }

    [Fact]
    public async Task A_trigger_ends_the_pause_between_polls()
    {
        var claims = new Awaited();
        var delivered = new TaskCompletionSource();
        _server
            .On($"POST {Registry}", Envelope("[]"))
            .On(Next, claims.Signal(NoContent), Claim(7, "test:one"), NoContent)
            .On(Result, Signal(delivered, Answered(7, "STATUS_SUCCESSFUL")));
        await StartAsync();
        await claims.NextAsync(Cancel);

        (await CallAsync("POST", "trigger?providerId=test:one")).Status.Should().Be(HttpStatusCode.OK);
        await delivered.Task;

        _time.GetUtcNow().Should().Be(new ManualTimeProvider().GetUtcNow());
    }

    [Fact]
    public async Task An_app_without_a_port_does_not_listen()
    {
        _server.On($"POST {Registry}", Envelope("[]")).On(Next, NoContent);

        await StartAsync(port: null);

        _app.Services.GetServices<IHostedService>().OfType<AppListenerService>().Single().Endpoint.Should().BeNull();
    }

    private static Answer Signal(TaskCompletionSource signal, Answer answer) =>
        async http =>
        {
            await answer(http);
            signal.TrySetResult();
        };

    private async Task StartAsync(int? port = 0)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.Replace(ServiceDescriptor.Singleton<TimeProvider>(_time));
        builder
            .Services.AddTaskProcessingWorker(options => options.ClaimsDirectory = _folder.Path)
            .UseServer(options =>
            {
                options.Server = _server.Address;
                options.AppId = "words";
                options.Secret = "s3cret";
            })
            .Listen(options =>
            {
                options.Host = "127.0.0.1";
                options.Port = port;
            })
            .AddProvider(new ScriptedProvider(_ => Task.FromResult(ScriptedProvider.Done)));
        _app = builder.Build();
        await _app.StartAsync(Cancel);
    }

    private async Task<(HttpStatusCode Status, string Body)> CallAsync(
        string method,
        string path,
        string? secret = "s3cret",
        string app = "words"
    )
    {
        var port = _app.Services.GetServices<IHostedService>().OfType<AppListenerService>().Single().Endpoint!.Port;
        using var request = new HttpRequestMessage(new HttpMethod(method), $"http://127.0.0.1:{port}/{path}");
        if (secret is not null)
        {
            request.Headers.Add("EX-APP-ID", app);
            request.Headers.Add("AUTHORIZATION-APP-API", Convert.ToBase64String(Encoding.UTF8.GetBytes($":{secret}")));
        }

        using var response = await _http.SendAsync(request, Cancel);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(Cancel));
    }

    /// <summary>Awaits calls one by one.</summary>
    private sealed class Awaited
    {
        private readonly Channel<bool> _calls = Channel.CreateUnbounded<bool>();

        public Answer Signal(Answer answer) =>
            async http =>
            {
                await answer(http);
                _calls.Writer.TryWrite(true);
            };

        public async Task NextAsync(CancellationToken cancellationToken) => await _calls.Reader.ReadAsync(cancellationToken);
    }
}

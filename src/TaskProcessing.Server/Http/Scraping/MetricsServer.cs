using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Http.Scraping;

/// <summary>
/// <c>/metrics</c> on an address of its own, where the setting names one: a web server beside the other, so that neither serves what
/// is the other's. There is no login; the address decides who reaches it.
/// </summary>
internal sealed partial class MetricsServer(
    IServiceProvider services,
    IOptions<MetricsOptions> options,
    ILoggerFactory loggers,
    ILogger<MetricsServer> logger
) : IHostedService
{
    private WebApplication? _server;

    /// <summary>The addresses that it listens on; with port 0, the ports that it got.</summary>
    public IEnumerable<string> Addresses => _server?.Urls ?? [];

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.Enabled || string.IsNullOrEmpty(options.Value.Url))
            return;

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.AddServerHeader = false).UseUrls(options.Value.Url);
        builder.Services.AddSingleton(loggers);
        builder.Services.AddSingleton(services.GetRequiredService<LevelReader>());
        builder.Services.AddSingleton(services.GetRequiredService<ResponseHeaders>());
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        _server = builder.Build();
        _server.UseResponseHeaders();
        _server.UseFreshLevels();
        _server.UseOpenTelemetryPrometheusScrapingEndpoint(
            services.GetRequiredService<MeterProvider>(),
            predicate: null,
            Scraping.Path,
            configureBranchedPipeline: null,
            optionsName: null
        );
        await _server.StartAsync(cancellationToken);
        Log.Listens(logger, string.Join(", ", _server.Urls));
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        if (_server is null)
            return;

        await _server.StopAsync(cancellationToken);
        await _server.DisposeAsync();
    }

    /// <summary>Signals are the other server's business.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Serving /metrics without a login on {Addresses}")]
        public static partial void Listens(ILogger logger, string addresses);
    }
}

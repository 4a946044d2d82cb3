using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace TaskProcessing.Server.Accounts.Connections;

/// <summary>
/// The time between the request to stop and the stop. Readiness is red, so that load balancers send new callers elsewhere. Until
/// they have noticed, everything is served as before, and held connections stay open: a worker whose wait ended would come back.
/// </summary>
internal sealed partial class Drain(IOptions<ShutdownOptions> options, TimeProvider time, ILogger<Drain> logger)
    : IHostedLifecycleService,
        IHealthCheck,
        IDisposable
{
    private readonly CancellationTokenSource _ended = new();

    /// <summary>Cancelled at its end.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>True from the request to stop on.</summary>
    public bool IsDraining { get; private set; }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>The web server stops listening after this. A host that is stopped once more does not drain again.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        var isFirst = !IsDraining;
        IsDraining = true;
        if (isFirst && options.Value.DrainSeconds > 0)
        {
            Log.Draining(logger, options.Value.DrainSeconds);
            await Task.Delay(options.Value.Drain, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _ended.CancelAsync();
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(IsDraining ? HealthCheckResult.Unhealthy("The server is about to stop.") : HealthCheckResult.Healthy());

    public void Dispose() => _ended.Dispose();

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Stopping in {Seconds} seconds; until then requests are served, and readiness answers 503")]
        public static partial void Draining(ILogger logger, int seconds);
    }
}

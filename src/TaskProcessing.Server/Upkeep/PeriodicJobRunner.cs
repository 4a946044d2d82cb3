using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Runs all periodic jobs, each at its own interval. A job that fails runs again after its interval, and logs once per outage.
/// </summary>
internal sealed partial class PeriodicJobRunner(IEnumerable<IPeriodicJob> jobs, TimeProvider time, ILogger<PeriodicJobRunner> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(jobs.Select(job => RepeatAsync(job, stoppingToken)));

    private async Task RepeatAsync(IPeriodicJob job, CancellationToken cancellationToken)
    {
        var failing = false;
        while (true)
        {
            await Task.Delay(job.Interval, time, cancellationToken);
            try
            {
                await job.RunAsync(cancellationToken);
                failing = false;
            }
            catch (StoreUnavailableException)
            {
                // Outages has logged it once, for all jobs and requests.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                if (!failing)
                    Log.Failed(logger, error, job.Purpose);
                failing = true;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not {Purpose}; trying again")]
        public static partial void Failed(ILogger logger, Exception error, string purpose);
    }
}

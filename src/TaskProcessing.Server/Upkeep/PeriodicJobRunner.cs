using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Runs all periodic jobs, each at its own interval. A job that fails runs again after its interval, and logs once per outage.
/// </summary>
internal sealed class PeriodicJobRunner(IEnumerable<IPeriodicJob> jobs, TimeProvider time, ILogger<PeriodicJobRunner> logger)
    : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(jobs.Select(job => RepeatAsync(job, stoppingToken)));

    private async Task RepeatAsync(IPeriodicJob job, CancellationToken cancellationToken)
    {
        var work = new RepeatedWork(job.Purpose, time, logger);
        while (true)
        {
            await Task.Delay(job.Interval, time, cancellationToken);
            try
            {
                await job.RunAsync(cancellationToken);
                work.Worked();
            }
            catch (StoreUnavailableException)
            {
                // Outages has logged it once, for all jobs and requests.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                work.Failed(error);
            }
        }
    }
}

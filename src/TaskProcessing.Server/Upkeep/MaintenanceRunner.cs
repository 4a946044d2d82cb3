using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Upkeep;

/// <summary>Runs the maintenance jobs that are due and that no other node has taken.</summary>
internal sealed partial class MaintenanceRunner(
    IEnumerable<IMaintenanceJob> jobs,
    IMaintenanceSchedule schedule,
    TimeProvider time,
    ILogger<MaintenanceRunner> logger
) : IPeriodicJob
{
    private readonly Dictionary<string, long> _takenAt = [];

    public string Purpose => "run maintenance jobs";

    public TimeSpan Interval => TimeSpan.FromSeconds(15);

    /// <summary>Runs the jobs that are due.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var job in jobs)
        {
            try
            {
                var now = time.GetUtcNow();
                if (IsEarly(job) || !await schedule.TryTakeAsync(job.Name, now, now + job.Interval, cancellationToken))
                    continue;

                // The node that ran the job last knows when it is due again, and does not ask the database.
                _takenAt[job.Name] = time.GetTimestamp();
                await job.RunAsync(cancellationToken);
            }
            catch (StoreUnavailableException)
            {
                // Outages logs it once. The next run comes soon.
                return;
            }
            catch (BlobStoreUnavailableException)
            {
                // Logged once too; other jobs need no files.
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Failed(logger, error, job.Name, job.Interval);
            }
        }
    }

    private bool IsEarly(IMaintenanceJob job) => _takenAt.TryGetValue(job.Name, out var taken) && time.GetElapsedTime(taken) < job.Interval;

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Could not run the maintenance job \"{Job}\"; trying again in {Interval}")]
        public static partial void Failed(ILogger logger, Exception error, string job, TimeSpan interval);
    }
}

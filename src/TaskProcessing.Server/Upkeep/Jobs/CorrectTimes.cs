namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Has nothing wait for the hours by which the clock was set back: leases of dead workers, retries, webhooks, locks.</summary>
internal sealed partial class CorrectTimes(IStoredTimes times, TimeProvider time, ILogger<CorrectTimes> logger) : IMaintenanceJob
{
    public string Name => "correct times";

    public TimeSpan Interval => TimeSpan.FromMinutes(1);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (await times.CorrectAsync(time, cancellationToken) is var corrected and > 0)
            Log.Corrected(logger, corrected);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The clock was set back: {Count} leases, retries or locks that would have waited for it end now")]
        public static partial void Corrected(ILogger logger, int count);
    }
}

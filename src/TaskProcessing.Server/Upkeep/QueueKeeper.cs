using TaskProcessing.Server.Upkeep.Duties;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Keeps the queue moving: lost tasks come back, delayed ones get their time. Every node does it, as each statement is
/// guarded: so it happens within a second and needs no agreement. While nothing is due it costs one read.
/// </summary>
internal sealed partial class QueueKeeper(
    ITaskUpkeep tasks, ReturnLostTasks returnLostTasks, WakeDelayedTasks wakeDelayedTasks, TimeProvider time, ILogger<QueueKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Does what is due.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (!await tasks.AnyDueAsync(time.GetUtcNow(), cancellationToken))
            return;

        await returnLostTasks.RunAsync(cancellationToken);
        await wakeDelayedTasks.RunAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
                failing = false;
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // Once per outage.
                if (!failing)
                    Log.Failed(logger, error);
                failing = true;
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not look for lost and delayed tasks; it is tried again every second")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

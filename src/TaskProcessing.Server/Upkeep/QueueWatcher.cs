using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Upkeep;

/// <summary>Wakes waiting workers for tasks that became theirs without a signal in this process: another process scheduled them.</summary>
internal sealed partial class QueueWatcher(ITaskStore tasks, TaskSignal signal, TimeProvider time, ILogger<QueueWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Looks once; costs nothing while nobody waits.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var type in signal.AwaitedTypes)
        {
            if (await tasks.AnyScheduledAsync([type], cancellationToken))
                signal.RaiseScheduled(type);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Failed(logger, error);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not look into the queue; trying again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Upkeep.Jobs;

/// <summary>Removes tasks that ended long ago, in small batches with pauses, so that requests are not delayed.</summary>
internal sealed partial class RemoveExpiredTasks(
    ITaskUpkeep tasks,
    TaskSignal signal,
    IOptions<RetentionOptions> options,
    TimeProvider time,
    ILogger<RemoveExpiredTasks> logger
) : IMaintenanceJob
{
    private const int BatchSize = 200;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public string Name => "remove expired tasks";

    public TimeSpan Interval => MaintenanceInterval.For(TimeSpan.FromDays(options.Value.ShortestDays));

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var removed = 0;
        foreach (var type in await tasks.ListTypesAsync(cancellationToken))
        {
            foreach (var status in new[] { ProcessingStatus.Successful, ProcessingStatus.Failed, ProcessingStatus.Cancelled })
            {
                if (options.Value.DaysFor(type, status) is > 0 and var days)
                    removed += await RemoveAsync(type, status, now.AddDays(-days), cancellationToken);
            }
        }

        if (removed > 0)
            Log.Removed(logger, removed);

        // Includes the space that other deletions left.
        while (await tasks.ReclaimSpaceAsync(cancellationToken))
            await Task.Delay(Pause, time, cancellationToken);
    }

    private async Task<int> RemoveAsync(string type, ProcessingStatus status, DateTimeOffset before, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (true)
        {
            var batch = await tasks.DeleteOldEndedAsync(type, status, before, BatchSize, cancellationToken);
            removed += batch.Count;
            foreach (var task in batch)
                signal.RaiseChanged(task.Id, task.UserId);
            if (batch.Count < BatchSize)
                return removed;

            await Task.Delay(Pause, time, cancellationToken);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Removed {Count} expired tasks")]
        public static partial void Removed(ILogger logger, int count);
    }
}

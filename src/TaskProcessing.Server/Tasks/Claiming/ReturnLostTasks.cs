using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Tasks.Claiming;

/// <summary>Takes tasks from workers that were silent for a whole lease: back into the queue, or failed after enough attempts.</summary>
internal sealed partial class ReturnLostTasks(
    ITaskUpkeep tasks,
    LeaseTerms leases,
    TaskSignal signal,
    TaskTelemetry telemetry,
    TimeProvider time,
    ILogger<ReturnLostTasks> logger
)
{
    private const int BatchSize = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProcessingTask> batch;
        do
        {
            batch = await tasks.ReturnLostAsync(leases.MaxAttempts, BatchSize, time.GetUtcNow(), cancellationToken);
            foreach (var task in batch)
            {
                Log.Returned(logger, task.Id, task.ProviderId, task.Attempt);
                telemetry.Lost(task);
                signal.RaiseScheduled(task);
            }
        } while (batch.Count == BatchSize);

        do
        {
            batch = await tasks.GiveUpLostAsync(leases.MaxAttempts, BatchSize, time.GetUtcNow(), cancellationToken);
            foreach (var task in batch)
            {
                Log.GivenUp(logger, task.Id, task.ProviderId, task.Attempt);
                telemetry.Lost(task);
                signal.RaiseChanged(task);
            }
        } while (batch.Count == BatchSize);
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "The lease of task {TaskId} expired (provider {ProviderId}, attempt {Attempt}); the task is back in the queue"
        )]
        public static partial void Returned(ILogger logger, long taskId, string? providerId, int attempt);

        [LoggerMessage(
            LogLevel.Warning,
            "The lease of task {TaskId} expired (provider {ProviderId}) at the last attempt {Attempt}; the task has failed"
        )]
        public static partial void GivenUp(ILogger logger, long taskId, string? providerId, int attempt);
    }
}

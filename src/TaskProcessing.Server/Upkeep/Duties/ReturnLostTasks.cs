using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Leases;

namespace TaskProcessing.Server.Upkeep.Duties;

/// <summary>Takes tasks from workers that were silent for a whole lease: back into the queue, or failed after enough attempts.</summary>
internal sealed partial class ReturnLostTasks(ITaskUpkeep tasks, LeaseTerms leases, TaskSignal signal, TimeProvider time, ILogger<ReturnLostTasks> logger)
{
    private const int Bite = 100;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<ProcessingTask> bite;
        do
        {
            bite = await tasks.ReturnLostAsync(leases.MostAttempts, Bite, time.GetUtcNow(), cancellationToken);
            foreach (var task in bite)
            {
                Log.Returned(logger, task.Id, task.ProviderId, task.Attempt);
                signal.RaiseScheduled(task);
            }
        }
        while (bite.Count == Bite);

        do
        {
            bite = await tasks.GiveUpLostAsync(leases.MostAttempts, Bite, time.GetUtcNow(), cancellationToken);
            foreach (var task in bite)
            {
                Log.GivenUp(logger, task.Id, task.ProviderId, task.Attempt);
                signal.RaiseChanged(task);
            }
        }
        while (bite.Count == Bite);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The worker of task {TaskId} (provider {ProviderId}, attempt {Attempt}) was silent until its lease ended; the task waits for another one")]
        public static partial void Returned(ILogger logger, long taskId, string? providerId, int attempt);

        [LoggerMessage(LogLevel.Warning, "The worker of task {TaskId} (provider {ProviderId}) was silent until its lease ended, at attempt {Attempt}; the task has failed")]
        public static partial void GivenUp(ILogger logger, long taskId, string? providerId, int attempt);
    }
}

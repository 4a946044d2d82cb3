using Microsoft.Extensions.Logging;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>Begins the runs of claimed tasks, and ends the tasks that a killed worker has left.</summary>
/// <param name="services">Of the runs.</param>
/// <param name="slots">Count the runs.</param>
/// <param name="tokens">Of the worker.</param>
/// <param name="track">Keeps work under way, for the end of the worker.</param>
internal sealed partial class TaskStarter(RunServices services, WorkerSlots slots, WorkerTokens tokens, Action<Task> track)
{
    private const string Killed = "The worker was killed before the task was done.";
    private const string PleaseTryAgain = "The service was interrupted before your task was done. Please try again.";

    /// <summary>To be called before tasks are claimed that this worker will have to end.</summary>
    public void Prepare() => services.Journal.Open();

    public void Start(ClaimedTask claimed, IReadOnlyList<TaskProvider> offered)
    {
        services.Journal.Claimed(claimed);
        var provider =
            offered.FirstOrDefault(provider => provider.Descriptor.Id == claimed.ProviderId)
            ?? offered.FirstOrDefault(provider => provider.Descriptor.TaskType == claimed.Task.Type);
        if (provider is null)
        {
            Log.NotOurs(services.Logger, claimed.Task.Id, claimed.ProviderId);
            track(GiveBackAsync(claimed));
            return;
        }

        slots.BeginRun(provider);
        track(RunAsync(claimed, provider));
    }

    /// <summary>
    /// Delivers the results that are known, and fails the other tasks: what a killed worker held would stay running for ever.
    /// </summary>
    public void EndAbandonedTasks()
    {
        foreach (var folder in services.Journal.TakeAbandoned())
        {
            try
            {
                using (folder)
                {
                    foreach (var (task, result) in folder.Read())
                        track(EndAsync(folder, task, result));
                }
            }
            catch (Exception exception)
            {
                Log.Unreadable(services.Logger, exception);
            }
        }
    }

    private async Task EndAsync(ClaimFolder folder, ClaimedTask task, TaskResult? result)
    {
        result ??= new TaskResult { ErrorMessage = Killed, UserFacingErrorMessage = PleaseTryAgain };
        Log.Ending(services.Logger, task.Task.Id, result.Output is not null);
        services.Journal.Finished(task, result);
        if (services.Journal.Has(task))
            folder.Delete(task.Task.Id);
        await services.Results.DeliverAsync(task, result, services.Time.GetTimestamp(), tokens.Abandon).ConfigureAwait(false);
    }

    private async Task RunAsync(ClaimedTask claimed, TaskProvider provider)
    {
        using (WorkerTracing.Run(claimed))
        using (var run = new TaskRun(services, claimed, provider, tokens))
            await run.RunAsync().ConfigureAwait(false);

        slots.EndRun(provider);
    }

    private async Task GiveBackAsync(ClaimedTask claimed)
    {
        if (!services.Source.CanRelease(claimed))
        {
            var result = new TaskResult { ErrorMessage = $"The worker does not run the provider \"{claimed.ProviderId}\"." };
            await services.Results.DeliverAsync(claimed, result, services.Time.GetTimestamp(), tokens.Abandon).ConfigureAwait(false);
            return;
        }

        try
        {
            await services.Source.ReleaseAsync(claimed, tokens.Abandon).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            Log.ReleaseFailed(services.Logger, claimed.Task.Id, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Could not read which tasks a former worker has left; they may stay running on the server.")]
        public static partial void Unreadable(ILogger logger, Exception exception);

        [LoggerMessage(LogLevel.Error, "The server assigned task {TaskId} to provider {ProviderId}, which this worker does not run.")]
        public static partial void NotOurs(ILogger logger, long taskId, string providerId);

        [LoggerMessage(LogLevel.Warning, "A former worker was killed with task {TaskId}; ending the task now (output known: {IsKnown}).")]
        public static partial void Ending(ILogger logger, long taskId, bool isKnown);

        [LoggerMessage(LogLevel.Warning, "Could not release task {TaskId}; the server reassigns it when its lease expires: {Reason}")]
        public static partial void ReleaseFailed(ILogger logger, long taskId, string reason);
    }
}

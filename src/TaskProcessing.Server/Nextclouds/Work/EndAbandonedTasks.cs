using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Fails the tasks of a connection that was removed, with a sentence, and cancels them here: nobody else would ever end them there.
/// </summary>
internal sealed partial class EndAbandonedTasks(
    INextcloudTaskStore claimed,
    CancelTask cancelTask,
    TimeProvider time,
    ILogger<EndAbandonedTasks> logger
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TaskResult Goodbye = new()
    {
        ErrorMessage = "The connection to the provider was removed. Please try again.",
        UserFacingErrorMessage = "The connection to the provider was removed. Please try again.",
    };

    /// <summary>Tries each task once, and forgets the rows.</summary>
    public async Task RunAsync(HeldNextcloud held, CancellationToken cancellationToken)
    {
        try
        {
            foreach (var task in await claimed.ListUnfinishedAsync(held.Id, cancellationToken))
            {
                if (task.TaskId is { } local)
                    await cancelTask.TryAsync(local, $"Nextcloud {held.Id}", cancellationToken);
                try
                {
                    await held.CallAsync(
                        (client, token) => client.Work.FinishAsync(task.ToClaimed(), Goodbye, token).AsTask(),
                        Patience,
                        held.Lost
                    );
                    await claimed.TryEndAsync(task.Id, held.Holder, NextcloudTaskEnd.Told, time.GetUtcNow(), CancellationToken.None);
                }
                catch (OcsException error)
                {
                    Log.Left(logger, task.RemoteId, held.Id, error.Message);
                }
            }

            await claimed.RemoveAsync(held.Id, CancellationToken.None);
        }
        catch (Exception interrupted) when (interrupted is StoreUnavailableException or OperationCanceledException)
        {
            // What is left stays in the rows; it is ended when a connection of that name is added again.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Task {RemoteId} of the removed Nextcloud {Id} could not be failed there; it may be shown as running for ever: {Reason}"
        )]
        public static partial void Left(ILogger logger, long remoteId, string id, string reason);
    }
}

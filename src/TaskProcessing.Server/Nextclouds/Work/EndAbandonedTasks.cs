using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
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

    /// <summary>Tries each task once; after a call without an answer the rest is left as it is.</summary>
    /// <returns>The tasks that are left, and the reason.</returns>
    public async Task<LeftTasks> RunAsync(HeldNextcloud held, CancellationToken cancellationToken)
    {
        var left = new List<long>();
        string? reason = null;
        var isAway = false;
        foreach (var task in await claimed.ListUnfinishedAsync(held.Id, cancellationToken))
        {
            if (task.TaskId is { } local)
                await cancelTask.TryAsync(local, $"Nextcloud {held.Id}", cancellationToken);
            if (!isAway)
            {
                if (await EndAsync(held, task, cancellationToken) is not { } problem)
                    continue;
                (reason, isAway) = problem;
            }

            Log.Left(logger, task.RemoteId, held.Id, reason!);
            left.Add(task.RemoteId);
        }

        return new LeftTasks(left, reason);
    }

    /// <returns>The reason why it could not be ended, and true when no other one can be; null when it has ended.</returns>
    private async Task<(string Reason, bool IsAway)?> EndAsync(HeldNextcloud held, NextcloudTask task, CancellationToken cancellationToken)
    {
        using var over = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            // A result may have arrived without an answer, and there the last one wins.
            var hasEnded =
                task.State == NextcloudTaskState.Finishing
                && await held.SeeAsync(task, either.Token) is { } sight
                && sight.Task?.Status.IsFinal() != false;
            if (!hasEnded)
                await held.CallAsync(
                    (client, token) => client.Work.FinishAsync(task.ToClaimed(), Goodbye, token).AsTask(),
                    Patience,
                    either.Token
                );
            var end = hasEnded ? NextcloudTaskEnd.EndedThere : NextcloudTaskEnd.Told;
            await claimed.TryEndAsync(task.Id, held.Holder, end, time.GetUtcNow(), CancellationToken.None);
            return null;
        }
        catch (OcsException error)
        {
            return (error.Message, error.MayPass || error.Silence is not null);
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return ("It does not answer, or is to be left alone for a while.", true);
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

/// <summary>The tasks that could not be ended there.</summary>
/// <param name="RemoteIds">Their numbers there.</param>
/// <param name="Reason">Why; null when there are none.</param>
internal sealed record LeftTasks(IReadOnlyList<long> RemoteIds, string? Reason);

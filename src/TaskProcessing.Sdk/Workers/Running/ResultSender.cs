using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>Delivers results again and again until the server has them, and writes them down meanwhile where that is needed.</summary>
internal sealed partial class ResultSender(
    IWorkSource source,
    ClaimJournal journal,
    ServerContact contact,
    WorkerOptions options,
    ILogger logger,
    TimeProvider time
)
{
    /// <summary>The tries after which 500 with code 996 is taken for the last word.</summary>
    public const int MostInternalErrors = 5;

    /// <summary>Throws nothing.</summary>
    /// <param name="claimed">The task.</param>
    /// <param name="result">Its result.</param>
    /// <param name="startedAt">When the work on it began, for the log.</param>
    /// <param name="abandon">Ends the tries.</param>
    public async Task DeliverAsync(ClaimedTask claimed, TaskResult result, long startedAt, CancellationToken abandon)
    {
        var backoff = new Backoff(options.RetryDelay, options.MaxRetryDelay);
        var doneAt = time.GetTimestamp();
        var internalErrors = 0;
        journal.Finished(claimed, result);
        for (var failures = 0; ; failures++)
        {
            TimeSpan pause;
            try
            {
                var status = await source.FinishAsync(claimed, result, abandon).ConfigureAwait(false);
                contact.Succeeded();
                journal.Ended(claimed);
                Log.Finished(logger, claimed.Task.Id, status?.ToWire() ?? "gone", time.GetElapsedTime(startedAt));
                return;
            }
            catch (Exception) when (abandon.IsCancellationRequested)
            {
                Abandon(claimed, time.GetElapsedTime(doneAt));
                return;
            }
            catch (OcsException refusal)
                when (refusal.Kind == OcsErrorKind.InvalidInput || (refusal.IsInternalError && internalErrors + 1 >= MostInternalErrors))
            {
                contact.Succeeded();
                Log.Refused(logger, claimed.Task.Id, refusal.Message);
                if (result.Output is null)
                {
                    journal.Ended(claimed);
                    return;
                }

                // The same result would be refused again; the owner shall learn why there is no result.
                result = Refused(refusal);
                journal.Finished(claimed, result);
                internalErrors = 0;
                continue;
            }
            catch (Exception exception)
            {
                if (time.GetElapsedTime(doneAt) >= options.ResultRetryTimeout)
                {
                    journal.Ended(claimed);
                    Log.Lost(logger, claimed.Task.Id, time.GetElapsedTime(doneAt));
                    return;
                }

                internalErrors += (exception as OcsException)?.IsInternalError == true ? 1 : 0;
                pause = backoff.Next((exception as OcsException)?.RetryAfter);
                if (!contact.IsTrouble(exception, pause) && failures == 0)
                    Log.Delayed(logger, ServerContact.IsOrdinary(exception) ? null : exception, claimed.Task.Id, exception.Message);
            }

            await Task.Delay(pause, time, abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static TaskResult Refused(OcsException refusal) =>
        refusal.IsInternalError
            ? new TaskResult
            {
                ErrorMessage =
                    $"The server failed to store the result {MostInternalErrors} times ({refusal.Message}). Likely its task type is gone: "
                    + "no provider is registered for it any more.",
                UserFacingErrorMessage = "The server could not store the result. Please ask your administrator.",
            }
            : new TaskResult { ErrorMessage = $"The server refused the result: {refusal.Message}" };

    private void Abandon(ClaimedTask claimed, TimeSpan elapsed)
    {
        if (journal.Has(claimed))
            Log.Kept(logger, claimed.Task.Id);
        else
            Log.Lost(logger, claimed.Task.Id, elapsed);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Task {TaskId} ended as {Status} after {Elapsed}.")]
        public static partial void Finished(ILogger logger, long taskId, string status, TimeSpan elapsed);

        [LoggerMessage(LogLevel.Warning, "Could not deliver the result of task {TaskId}; trying again: {Reason}")]
        public static partial void Delayed(ILogger logger, Exception? exception, long taskId, string reason);

        [LoggerMessage(LogLevel.Error, "The server rejected the result of task {TaskId}: {Reason}")]
        public static partial void Refused(ILogger logger, long taskId, string reason);

        [LoggerMessage(LogLevel.Error, "Could not deliver the result of task {TaskId} for {Elapsed}; giving up.")]
        public static partial void Lost(ILogger logger, long taskId, TimeSpan elapsed);

        [LoggerMessage(LogLevel.Warning, "The result of task {TaskId} could not be delivered before stopping; the next start delivers it.")]
        public static partial void Kept(ILogger logger, long taskId);
    }
}

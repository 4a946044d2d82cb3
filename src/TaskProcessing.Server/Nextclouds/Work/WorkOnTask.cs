using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Sees one claimed task through to its end: the only code that calls its Nextcloud about it, one call after the other.
/// </summary>
internal sealed partial class WorkOnTask(
    INextcloudTaskStore claimed,
    TakeTask takeTask,
    FollowLocalTask followLocalTask,
    ReportBack reportBack,
    NextcloudPace pace,
    TimeProvider time,
    ILogger<WorkOnTask> logger
)
{
    private const int MostTries = 5;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>For how long a type without a provider is waited for, and how often it is looked at.</summary>
    private static readonly TimeSpan ProviderWait = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan ProviderPause = TimeSpan.FromSeconds(3);

    /// <param name="held">Its connection.</param>
    /// <param name="task">The row.</param>
    /// <param name="isResumed">True when it was begun by another run.</param>
    /// <param name="stopping">Ends the work as soon as nothing is in doubt.</param>
    public async Task RunAsync(HeldNextcloud held, NextcloudTask task, bool isResumed, CancellationToken stopping)
    {
        var state = new Progress(time) { IsResumed = isResumed };
        state.Delivery.MayHaveArrived = isResumed && task.State == NextcloudTaskState.Finishing;
        while (task.State != NextcloudTaskState.Ended)
        {
            stopping.ThrowIfCancellationRequested();
            held.Lost.ThrowIfCancellationRequested();
            var before = task.State;
            TimeSpan pause;
            try
            {
                await StepAsync(held, task, state, stopping);
                if (before != task.State)
                    state.Tries = 0;
                continue;
            }
            catch (NotServedException)
            {
                pause = ProviderPause;
            }
            catch (OcsException error)
            {
                // A refusal of the app says nothing about the task.
                var counts = error.Silence is null && (!error.MayPass || error.IsInternalError);
                pause = await FailedAsync(held, task, state, error, counts);
            }
            catch (Exception error) when (error is StoreUnavailableException or BlobStoreUnavailableException)
            {
                // Outages has logged it.
                pause = ProviderPause;
                state.MayBeScheduled();
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                if (state.Tries == 0)
                    Log.Stumbled(logger, error, held.Id, task.RemoteId);
                state.MayBeScheduled();
                pause = await FailedAsync(held, task, state, error, counts: true);
            }

            var back = held.IsBack.Task;
            using var either = CancellationTokenSource.CreateLinkedTokenSource(held.Lost, stopping);
            await back.EndsWithinAsync(pause, time, either.Token);
        }

        if (task.End == NextcloudTaskEnd.GivenUp)
            Log.GivenUp(logger, held.Id, task.RemoteId, task.Problem);
    }

    private async Task StepAsync(HeldNextcloud held, NextcloudTask task, Progress state, CancellationToken stopping)
    {
        switch (task.State)
        {
            case NextcloudTaskState.Claimed:
                await takeTask.RunAsync(held, task, state.IsResumed, state.MayWaitForProvider(ProviderWait), stopping);
                break;
            case NextcloudTaskState.Scheduled:
                state.Delivery.IsReportInDoubt = await followLocalTask.RunAsync(held, task, stopping);
                break;
            default:
                await reportBack.RunAsync(held, task, state.Delivery, stopping);
                break;
        }
    }

    /// <returns>The pause before the next try.</returns>
    private async Task<TimeSpan> FailedAsync(HeldNextcloud held, NextcloudTask task, Progress state, Exception error, bool counts)
    {
        state.Tries++;
        if (counts)
            state.CountedTries++;
        task.Problem = error.Message;
        try
        {
            await claimed.TryNoteProblemAsync(task.Id, held.Holder, state.Tries, error.Message, CancellationToken.None);
            if (state.CountedTries >= MostTries && task.State != NextcloudTaskState.Finishing)
            {
                var failure = new NextcloudFailure(
                    $"The task could not be taken over: {error.Message}",
                    "The task could not be taken over. Please try again."
                );
                var now = time.GetUtcNow();
                if (await claimed.TryFinishingAsync(task.Id, held.Holder, failure, now, CancellationToken.None))
                    task.Finish(failure, now);
                state.CountedTries = 0;
            }
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it.
        }

        return Backoff.After(state.Tries, pace.Retry, LongestPause);
    }

    private sealed class Progress(TimeProvider time)
    {
        private long? _notServedSince;

        public Delivery Delivery { get; } = new();

        /// <summary>True when the task may have been scheduled although its row does not say so.</summary>
        public bool IsResumed { get; set; }

        public int Tries { get; set; }

        public int CountedTries { get; set; }

        public void MayBeScheduled() => IsResumed = true;

        public bool MayWaitForProvider(TimeSpan longest)
        {
            _notServedSince ??= time.GetTimestamp();
            return time.GetElapsedTime(_notServedSince.Value) < longest;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Could not go on with task {RemoteId} of Nextcloud {Id}; trying again")]
        public static partial void Stumbled(ILogger logger, Exception error, string id, long remoteId);

        [LoggerMessage(
            LogLevel.Warning,
            "Task {RemoteId} of Nextcloud {Id} is given up; it may be shown there as running for ever: {Problem}"
        )]
        public static partial void GivenUp(ILogger logger, string id, long remoteId, string? problem);
    }
}

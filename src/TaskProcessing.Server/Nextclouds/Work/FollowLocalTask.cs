using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Nextclouds.Work;

/// <summary>
/// Follows a local task until it has ended, and tells the Nextcloud of its progress and partial output at a bearable pace. The answers
/// tell of a cancel there.
/// </summary>
internal sealed class FollowLocalTask(
    INextcloudTaskStore claimed,
    ITaskStore tasks,
    TaskSignal signal,
    CancelTask cancelTask,
    NextcloudPace pace,
    TimeProvider time
)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(60);

    /// <summary>Moves the row to finishing, or to ended.</summary>
    /// <returns>True when the last report got no answer: it may still take effect.</returns>
    public async Task<bool> RunAsync(HeldNextcloud held, NextcloudTask task, CancellationToken cancellationToken)
    {
        using var listener = signal.ListenForChanges(task.TaskId!.Value);
        var reported = new Reported(pace, time);
        while (true)
        {
            var local = await tasks.FindAsync(task.TaskId.Value, cancellationToken);
            if (local is null || local.Status.IsFinal())
            {
                await FinishAsync(held, task, local);
                return reported.IsInDoubt;
            }

            listener.Track(local);
            if (reported.Due(local, task.PreferStreaming) is { } report && await ReportAsync(held, task, report, reported) is { } end)
            {
                await cancelTask.TryAsync(local.Id, $"Nextcloud {task.NextcloudId}", cancellationToken);
                HoldException.ThrowUnless(await claimed.TryEndAsync(task.Id, held.Holder, end, time.GetUtcNow(), CancellationToken.None));
                (task.State, task.End) = (NextcloudTaskState.Ended, end);
                return false;
            }

            await listener.WaitAsync(reported.NextDue(local, task.PreferStreaming), time, held.Lost);
            held.Lost.ThrowIfCancellationRequested();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task FinishAsync(HeldNextcloud held, NextcloudTask task, ProcessingTask? local)
    {
        var now = time.GetUtcNow();
        var failure = local switch
        {
            null => new NextcloudFailure(
                "The task was removed from the provider's queue before it was done.",
                "The task was removed before it was done. Please try again."
            ),
            { Status: ProcessingStatus.Failed } => new NextcloudFailure(
                local.ErrorMessage ?? local.UserFacingErrorMessage ?? "The task failed.",
                local.UserFacingErrorMessage ?? ""
            ),
            _ => null,
        };
        HoldException.ThrowUnless(await claimed.TryFinishingAsync(task.Id, held.Holder, failure, now, CancellationToken.None));
        task.Finish(failure, now);
    }

    /// <returns>How the task has ended there; null while it has not.</returns>
    private static async Task<NextcloudTaskEnd?> ReportAsync(HeldNextcloud held, NextcloudTask task, Report report, Reported reported)
    {
        try
        {
            // Not cancelled by stopping: a report that is cut off may take effect after the result.
            var status = await held.CallAsync(
                (client, token) =>
                    report.Output is { } output
                        ? client.Work.StreamOutputAsync(task.ToClaimed(), TaskOutput.FromJson(output), token).AsTask()
                        : client.Work.ReportProgressAsync(task.ToClaimed(), report.Progress, token).AsTask(),
                Patience,
                held.Lost
            );
            reported.Answered(report);
            return status switch
            {
                null => NextcloudTaskEnd.Gone,
                ProcessingStatus.Cancelled => NextcloudTaskEnd.Cancelled,
                ProcessingStatus.Successful or ProcessingStatus.Failed => NextcloudTaskEnd.EndedThere,
                _ => null,
            };
        }
        catch (OcsException error)
        {
            reported.Failed(NextcloudTroubles.MayHaveWorked(error));
            return null;
        }
    }

    private readonly record struct Report(double Progress, string? Output);

    /// <summary>What the Nextcloud knows, and when it may be told more.</summary>
    private sealed class Reported(NextcloudPace pace, TimeProvider time)
    {
        private readonly Backoff _failing = new(pace.Retry, LongestPause);
        private long _at = time.GetTimestamp();
        private double? _progress;
        private string? _output;
        private TimeSpan? _pause;

        public bool IsInDoubt { get; private set; }

        public Report? Due(ProcessingTask local, bool streams)
        {
            if (time.GetElapsedTime(_at) < NextPause(local, streams))
                return null;

            return IsOutputNew(local, streams) ? new Report(local.Progress ?? 0, local.Output) : new Report(local.Progress ?? 0, null);
        }

        public TimeSpan NextDue(ProcessingTask local, bool streams)
        {
            var left = NextPause(local, streams) - time.GetElapsedTime(_at);
            return left > TimeSpan.FromMilliseconds(1) ? left : TimeSpan.FromMilliseconds(1);
        }

        public void Answered(Report report)
        {
            _at = time.GetTimestamp();
            if (report.Output is null)
                _progress = report.Progress;
            else
                _output = report.Output;
            (_pause, IsInDoubt) = (null, false);
            _failing.Reset();
        }

        public void Failed(bool mayHaveWorked)
        {
            _at = time.GetTimestamp();
            _pause = _failing.Next();
            IsInDoubt |= mayHaveWorked;
        }

        private TimeSpan NextPause(ProcessingTask local, bool streams)
        {
            if (_pause is { } pause)
                return pause;
            if (IsOutputNew(local, streams))
                return pace.Output;
            if (local.Progress is { } progress && progress != _progress)
                return pace.Progress;

            return local.Status == ProcessingStatus.Running ? pace.RunningSign : pace.WaitingSign;
        }

        private bool IsOutputNew(ProcessingTask local, bool streams) => streams && local.Output is { } output && output != _output;
    }
}

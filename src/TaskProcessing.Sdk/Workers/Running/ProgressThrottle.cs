namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Throttles the reports of a provider: at most one report per interval, progress only when it grew, the newest output,
/// and the last known progress again when nothing was sent for a while. A report within an interval is sent at its end,
/// so that the last report is never lost. One sender; any number of reporters.
/// </summary>
/// <remarks>
/// Nextcloud stores partial output only when nothing else of the task was stored for two seconds: progress every second
/// would hide all of it from clients that poll. So a task that streams reports its progress more rarely.
/// </remarks>
internal sealed class ProgressThrottle(TimeSpan interval, TimeSpan keepAlive, TimeProvider time)
{
    private const int IntervalsBetweenProgressWhileStreaming = 5;

    private readonly Lock _lock = new();
    private TaskCompletionSource _offered = NewSignal();
    private double? _progress;
    private bool _grew;
    private TaskOutput? _output;
    private bool _streams;
    private long? _takenAt;
    private long? _progressTakenAt;
    private long _confirmedAt = time.GetTimestamp();

    /// <summary>Notes how far the task is.</summary>
    public void Offer(double progress)
    {
        lock (_lock)
        {
            if (progress <= _progress)
                return;

            _progress = progress;
            _grew = true;
            if (IsProgressDue())
                _offered.TrySetResult();
        }
    }

    /// <summary>Takes the output so far.</summary>
    public void Offer(TaskOutput output)
    {
        lock (_lock)
        {
            _output = output;
            _streams = true;
            _offered.TrySetResult();
        }
    }

    /// <summary>Waits until something is to be sent, and takes it.</summary>
    public async ValueTask<PendingReport> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Within the interval a new offer only replaces the last one and wakes no sender.
            if (UntilIntervalEnds() is var rest && rest > TimeSpan.Zero)
                await Task.Delay(rest, time, cancellationToken).ConfigureAwait(false);
            await WaitForOfferAsync(UntilKeepAlive(), cancellationToken).ConfigureAwait(false);
            if (TryTake(out var report))
                return report;
        }
    }

    /// <summary>Takes the report to send now, if there is one.</summary>
    public bool TryTake(out PendingReport report)
    {
        lock (_lock)
        {
            report = default;
            var isKeepAliveDue = UntilKeepAlive() <= TimeSpan.Zero;
            if (UntilIntervalEnds() > TimeSpan.Zero || !(isKeepAliveDue || IsProgressDue() || _output is not null))
                return false;

            // Output may not get through (not every server takes it), so it does not replace the keep-alive.
            var takesProgress = isKeepAliveDue || IsProgressDue();
            report = new PendingReport(takesProgress ? _progress ?? 0 : null, _output);
            _takenAt = time.GetTimestamp();
            _output = null;
            _offered = NewSignal();
            if (takesProgress)
            {
                _grew = false;
                _progressTakenAt = _takenAt;
            }

            return true;
        }
    }

    /// <summary>
    /// Confirms that the last report has arrived: the next keep-alive is due an interval from now. Without this it comes
    /// soon, and repeats the lost report.
    /// </summary>
    public void Confirm()
    {
        lock (_lock)
            _confirmedAt = time.GetTimestamp();
    }

    private async Task WaitForOfferAsync(TimeSpan atMost, CancellationToken cancellationToken)
    {
        Task offered;
        lock (_lock)
            offered = _offered.Task;

        if (offered.IsCompleted || atMost <= TimeSpan.Zero)
            return;

        using var ends = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(offered, Task.Delay(atMost, time, ends.Token)).ConfigureAwait(false);
        await ends.CancelAsync().ConfigureAwait(false);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private bool IsProgressDue() =>
        _grew
        && !(
            _streams && _progressTakenAt is { } takenAt && time.GetElapsedTime(takenAt) < interval * IntervalsBetweenProgressWhileStreaming
        );

    private TimeSpan UntilIntervalEnds() => _takenAt is { } takenAt ? interval - time.GetElapsedTime(takenAt) : TimeSpan.Zero;

    private TimeSpan UntilKeepAlive() => keepAlive - time.GetElapsedTime(_confirmedAt);

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}

/// <summary>The report to send now; at least one of the two is there.</summary>
internal readonly record struct PendingReport(double? Progress, TaskOutput? Output);

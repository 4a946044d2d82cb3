using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>One claimed task, from the claim to its delivered result: runs the provider and, beside it, one sender of reports.</summary>
internal sealed partial class TaskRun(RunServices services, ClaimedTask claimed, TaskProvider provider, WorkerTokens tokens)
    : ITaskRunHost,
        IDisposable
{
    private static readonly TaskResult Interrupted = new()
    {
        ErrorMessage = "The worker was stopped before the task was done.",
        UserFacingErrorMessage = "The service was stopped before your task was done. Please try again.",
    };

    private readonly IWorkSource _source = services.Source;
    private readonly WorkerOptions _options = services.Options;
    private readonly ServerContact _contact = services.Contact;
    private readonly ILogger _logger = services.Logger;
    private readonly TimeProvider _time = services.Time;
    private readonly ProgressThrottle _throttle = new(services.Options.ReportInterval, services.Options.KeepAliveInterval, services.Time);
    private readonly TaskFiles _files = new(services, claimed);
    private readonly CancellationTokenSource _unwanted = new();
    private int _stopReason;

    public StopReason StopReason => (StopReason)Volatile.Read(ref _stopReason);
    private long Id => claimed.Task.Id;

    /// <summary>Runs the task; throws nothing.</summary>
    public async Task RunAsync()
    {
        using var scope = _logger.BeginScope(new Dictionary<string, object> { ["TaskId"] = Id, ["TaskType"] = claimed.Task.Type });
        using var ended = new CancellationTokenSource();
        await using var interruption = tokens.Interrupt.Register(() => Stop(StopReason.WorkerStopping)).ConfigureAwait(false);

        var startedAt = _time.GetTimestamp();
        var reporting = Task.WhenAll(SendReportsAsync(ended.Token), WatchAsync(ended.Token));
        var result = await RunProviderAsync().ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await reporting.ConfigureAwait(false);

        if (StopReason is StopReason.TaskCancelled or StopReason.TaskGone)
        {
            services.Journal.Ended(claimed);
            Log.Dropped(_logger, Id, StopReason);
        }
        else if (result is not null || !_source.CanRelease(claimed))
            await DeliverAsync(result ?? Interrupted, startedAt).ConfigureAwait(false);
        else
            await ReleaseAsync().ConfigureAwait(false);
    }

    public void ReportProgress(double progress) => _throttle.Offer(progress);

    public void StreamOutput(TaskOutput output) => _throttle.Offer(output);

    public ValueTask<Stream?> OpenFileAsync(long fileId) => _files.OpenAsync(fileId, _unwanted.Token);

    public ValueTask<long> UploadFileAsync(Stream content, string fileName) => _files.UploadAsync(content, fileName, _unwanted.Token);

    public void Dispose() => _unwanted.Dispose();

    /// <returns>Null when the provider was interrupted.</returns>
    private async Task<TaskResult?> RunProviderAsync()
    {
        var context = new TaskRunContext(this, claimed, _logger, _unwanted.Token, tokens.Stopping);
        // A provider that does not heed its token shall not keep its task from being failed while there is time for it.
        using var hurry = new CancellationTokenSource(Timeout.InfiniteTimeSpan, _time);
        await using var interruption = tokens
            .Interrupt.Register(() =>
            {
                if (!_source.CanRelease(claimed))
                    hurry.CancelAfter(_options.StopGrace / 2);
            })
            .ConfigureAwait(false);
        try
        {
            // On the pool, because a provider may compute for long before it first awaits.
            var output =
                await Task.Run(() => provider.RunAsync(context).AsTask()).WaitAsync(hurry.Token).ConfigureAwait(false)
                ?? throw new TaskFailedException("The provider answered no output.");
            return new TaskResult { Output = output };
        }
        catch (Exception) when (_unwanted.IsCancellationRequested || hurry.IsCancellationRequested)
        {
            // Any exception now is most likely a consequence of a cancelled token; a task never fails for that.
            return null;
        }
        catch (TaskFailedException failure)
        {
            Log.Failed(_logger, failure, Id, failure.Message);
            return new TaskResult
            {
                ErrorMessage = failure.Message,
                UserFacingErrorMessage = failure.UserMessage,
                Retryable = failure.Retryable,
                RetryAfter = failure.RetryAfter,
            };
        }
        catch (Exception exception)
        {
            Log.Threw(_logger, exception, provider.Descriptor.Id, Id);
            return new TaskResult { ErrorMessage = $"{exception.GetType().Name}: {exception.Message}" };
        }
    }

    private async Task SendReportsAsync(CancellationToken ended)
    {
        var failures = 0;
        while (!ended.IsCancellationRequested)
        {
            try
            {
                var report = await _throttle.NextAsync(ended).ConfigureAwait(false);
                await SendAsync(report, ended).ConfigureAwait(false);
                failures = 0;
            }
            catch (Exception) when (ended.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                // Once per outage: the next reports try again, and a result does not depend on them.
                if (!_contact.IsTrouble(exception, _options.ReportInterval) && failures++ == 0)
                    Log.ReportFailed(_logger, ServerContact.IsOrdinary(exception) ? null : exception, Id, exception.Message);
            }
        }
    }

    private async Task WatchAsync(CancellationToken ended)
    {
        try
        {
            Obey(await _source.WhenUnwantedAsync(claimed, ended).ConfigureAwait(false));
        }
        catch (Exception)
        {
            // The answers to reports have the same status, only later.
        }
    }

    private async Task SendAsync(PendingReport report, CancellationToken cancellationToken)
    {
        // Nextcloud stores partial output only if nothing else was stored within two seconds: so output goes first.
        var streaming = report.Output is { } output ? SendOutputAsync(output, cancellationToken) : Task.CompletedTask;
        await streaming.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (report.Progress is { } progress && StopReason == StopReason.None)
        {
            Obey(await _source.ReportProgressAsync(claimed, progress, cancellationToken).ConfigureAwait(false));
            _contact.Succeeded();
            _throttle.Confirm();
        }

        await streaming.ConfigureAwait(false);
    }

    private async Task SendOutputAsync(TaskOutput output, CancellationToken cancellationToken)
    {
        var status = await _source.StreamOutputAsync(claimed, output, cancellationToken).ConfigureAwait(false);
        Obey(status);
        if (status != ProcessingStatus.Unknown)
            _throttle.Confirm();
    }

    private void Obey(ProcessingStatus? status)
    {
        if (status == ProcessingStatus.Cancelled)
            Stop(StopReason.TaskCancelled);
        else if (status is null || status.Value.IsFinal())
            Stop(StopReason.TaskGone);
    }

    private void Stop(StopReason reason)
    {
        if (Interlocked.CompareExchange(ref _stopReason, (int)reason, (int)StopReason.None) != (int)StopReason.None)
            return;

        try
        {
            _unwanted.Cancel();
        }
        catch (AggregateException exception)
        {
            Log.CallbackThrew(_logger, exception, Id);
        }
    }

    private async Task DeliverAsync(TaskResult result, long startedAt)
    {
        if (result == Interrupted)
            Log.FailedByStop(_logger, Id);
        await services.Results.DeliverAsync(claimed, result, startedAt, tokens.Abandon).ConfigureAwait(false);
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await _source.ReleaseAsync(claimed, tokens.Abandon).ConfigureAwait(false);
            Log.Released(_logger, Id);
        }
        catch (Exception exception)
        {
            Log.ReleaseFailed(_logger, ServerContact.IsOrdinary(exception) ? null : exception, Id, exception.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Task {TaskId} is no longer wanted: {Reason}.")]
        public static partial void Dropped(ILogger logger, long taskId, StopReason reason);

        [LoggerMessage(LogLevel.Warning, "Task {TaskId} failed: {Reason}")]
        public static partial void Failed(ILogger logger, Exception exception, long taskId, string reason);

        [LoggerMessage(LogLevel.Error, "Provider {ProviderId} threw an exception in task {TaskId}.")]
        public static partial void Threw(ILogger logger, Exception exception, string providerId, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not report the progress of task {TaskId}; trying again: {Reason}")]
        public static partial void ReportFailed(ILogger logger, Exception? exception, long taskId, string reason);

        [LoggerMessage(LogLevel.Warning, "A cancellation callback of the provider threw an exception in task {TaskId}.")]
        public static partial void CallbackThrew(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Warning, "Task {TaskId} is failed unfinished: the worker is stopping, and this server takes no task back.")]
        public static partial void FailedByStop(ILogger logger, long taskId);

        [LoggerMessage(LogLevel.Information, "Released task {TaskId} unfinished: the worker is stopping.")]
        public static partial void Released(ILogger logger, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not release task {TaskId}; the server reassigns it when its lease expires: {Reason}")]
        public static partial void ReleaseFailed(ILogger logger, Exception? exception, long taskId, string reason);
    }
}

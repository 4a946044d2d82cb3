using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>One claimed task, from the claim to its delivered result: runs the provider and, beside it, one sender of reports.</summary>
internal sealed partial class TaskRun(
    IWorkSource source,
    ClaimedTask claimed,
    TaskProvider provider,
    WorkerOptions options,
    WorkerTokens tokens,
    ILogger logger,
    TimeProvider time
) : ITaskRunHost, IDisposable
{
    private readonly ProgressThrottle _throttle = new(options.ReportInterval, options.KeepAliveInterval, time);
    private readonly CancellationTokenSource _unwanted = new();
    private int _stopReason;

    public StopReason StopReason => (StopReason)Volatile.Read(ref _stopReason);
    private long Id => claimed.Task.Id;

    /// <summary>Runs the task; throws nothing.</summary>
    public async Task RunAsync()
    {
        using var scope = logger.BeginScope(new Dictionary<string, object> { ["TaskId"] = Id, ["TaskType"] = claimed.Task.Type });
        using var ended = new CancellationTokenSource();
        await using var interruption = tokens.Interrupt.Register(() => Stop(StopReason.WorkerStopping)).ConfigureAwait(false);

        var startedAt = time.GetTimestamp();
        var reporting = Task.WhenAll(SendReportsAsync(ended.Token), WatchAsync(ended.Token));
        var result = await RunProviderAsync().ConfigureAwait(false);
        await ended.CancelAsync().ConfigureAwait(false);
        await reporting.ConfigureAwait(false);

        if (result is not null && StopReason is not (StopReason.TaskCancelled or StopReason.TaskGone))
            await DeliverAsync(result, startedAt).ConfigureAwait(false);
        else if (StopReason == StopReason.WorkerStopping)
            await ReleaseAsync().ConfigureAwait(false);
        else
            Log.Dropped(logger, Id, StopReason);
    }

    public void ReportProgress(double progress) => _throttle.Offer(progress);

    public void StreamOutput(TaskOutput output) => _throttle.Offer(output);

    public ValueTask<Stream?> OpenFileAsync(long fileId) => RetryAsync(() => source.OpenFileAsync(claimed, fileId, _unwanted.Token));

    public ValueTask<long> UploadFileAsync(Stream content, string fileName)
    {
        // A stream that cannot be read twice cannot be sent twice.
        if (!content.CanSeek)
            return source.UploadFileAsync(claimed, content, fileName, _unwanted.Token);

        var start = content.Position;
        return RetryAsync(() =>
        {
            content.Position = start;
            return source.UploadFileAsync(claimed, content, fileName, _unwanted.Token);
        });
    }

    public void Dispose() => _unwanted.Dispose();

    /// <returns>Null when the provider was interrupted.</returns>
    private async Task<TaskResult?> RunProviderAsync()
    {
        var context = new TaskRunContext(this, claimed, logger, _unwanted.Token, tokens.Stopping);
        try
        {
            // On the pool, because a provider may compute for long before it first awaits.
            var output =
                await Task.Run(() => provider.RunAsync(context).AsTask()).ConfigureAwait(false)
                ?? throw new TaskFailedException("The provider answered no output.");
            return new TaskResult { Output = output };
        }
        catch (Exception) when (_unwanted.IsCancellationRequested)
        {
            // Any exception now is most likely a consequence of the cancelled token; a task never fails for that.
            return null;
        }
        catch (TaskFailedException failure)
        {
            Log.Failed(logger, failure, Id, failure.Message);
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
            Log.Threw(logger, exception, provider.Descriptor.Id, Id);
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
                if (failures++ == 0)
                    Log.ReportFailed(logger, exception, Id);
            }
        }
    }

    private async Task WatchAsync(CancellationToken ended)
    {
        try
        {
            Obey(await source.WhenUnwantedAsync(claimed, ended).ConfigureAwait(false));
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
            Obey(await source.ReportProgressAsync(claimed, progress, cancellationToken).ConfigureAwait(false));
            _throttle.Confirm();
        }

        await streaming.ConfigureAwait(false);
    }

    private async Task SendOutputAsync(TaskOutput output, CancellationToken cancellationToken)
    {
        var status = await source.StreamOutputAsync(claimed, output, cancellationToken).ConfigureAwait(false);
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
            Log.CallbackThrew(logger, exception, Id);
        }
    }

    private async ValueTask<T> RetryAsync<T>(Func<ValueTask<T>> call)
    {
        var backoff = new Backoff(options.RetryDelay, options.MaxRetryDelay);
        var beganAt = time.GetTimestamp();
        while (true)
        {
            TimeSpan pause;
            try
            {
                return await call().ConfigureAwait(false);
            }
            catch (OcsException exception) when (exception.MayPass && time.GetElapsedTime(beganAt) < options.ResultRetryTimeout)
            {
                Log.FileDelayed(logger, exception, Id);
                pause = backoff.Next(exception.RetryAfter);
            }

            await Task.Delay(pause, time, _unwanted.Token).ConfigureAwait(false);
        }
    }

    private async Task DeliverAsync(TaskResult result, long startedAt)
    {
        var backoff = new Backoff(options.RetryDelay, options.MaxRetryDelay);
        var doneAt = time.GetTimestamp();
        while (true)
        {
            TimeSpan? retryAfter = null;
            try
            {
                var status = await source.FinishAsync(claimed, result, tokens.Abandon).ConfigureAwait(false);
                Log.Finished(logger, Id, status?.ToWire() ?? "gone", time.GetElapsedTime(startedAt));
                return;
            }
            catch (OcsException refusal) when (refusal.Kind == OcsErrorKind.InvalidInput)
            {
                Log.ResultRefused(logger, refusal, Id);
                if (result.Output is null)
                    return;

                // The same result would be refused again; the owner shall learn why there is no result.
                result = new TaskResult { ErrorMessage = $"The server refused the result: {refusal.Message}" };
                continue;
            }
            catch (Exception) when (tokens.Abandon.IsCancellationRequested)
            {
                Log.ResultLost(logger, Id, time.GetElapsedTime(doneAt));
                return;
            }
            catch (Exception exception)
            {
                retryAfter = (exception as OcsException)?.RetryAfter;
                if (time.GetElapsedTime(doneAt) >= options.ResultRetryTimeout)
                {
                    Log.ResultLost(logger, Id, time.GetElapsedTime(doneAt));
                    return;
                }

                Log.ResultDelayed(logger, exception, Id);
            }

            await Task.Delay(backoff.Next(retryAfter), time, tokens.Abandon).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReleaseAsync()
    {
        try
        {
            await source.ReleaseAsync(claimed, tokens.Abandon).ConfigureAwait(false);
            Log.Released(logger, Id);
        }
        catch (Exception exception)
        {
            Log.ReleaseFailed(logger, exception, Id);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "Task {TaskId} ended as {Status} after {Elapsed}.")]
        public static partial void Finished(ILogger logger, long taskId, string status, TimeSpan elapsed);

        [LoggerMessage(LogLevel.Information, "Task {TaskId} is no longer wanted: {Reason}.")]
        public static partial void Dropped(ILogger logger, long taskId, StopReason reason);

        [LoggerMessage(LogLevel.Warning, "Task {TaskId} failed: {Reason}")]
        public static partial void Failed(ILogger logger, Exception exception, long taskId, string reason);

        [LoggerMessage(LogLevel.Error, "Provider {ProviderId} threw an exception in task {TaskId}.")]
        public static partial void Threw(ILogger logger, Exception exception, string providerId, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not report the progress of task {TaskId}; trying again.")]
        public static partial void ReportFailed(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Warning, "A cancellation callback of the provider threw an exception in task {TaskId}.")]
        public static partial void CallbackThrew(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not transfer a file of task {TaskId}; trying again.")]
        public static partial void FileDelayed(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not deliver the result of task {TaskId}; trying again.")]
        public static partial void ResultDelayed(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Error, "The server rejected the result of task {TaskId}.")]
        public static partial void ResultRefused(ILogger logger, Exception exception, long taskId);

        [LoggerMessage(LogLevel.Error, "Could not deliver the result of task {TaskId} for {Elapsed}; giving up.")]
        public static partial void ResultLost(ILogger logger, long taskId, TimeSpan elapsed);

        [LoggerMessage(LogLevel.Information, "Released task {TaskId} unfinished: the worker is stopping.")]
        public static partial void Released(ILogger logger, long taskId);

        [LoggerMessage(LogLevel.Warning, "Could not release task {TaskId}; the server reassigns it when its lease expires.")]
        public static partial void ReleaseFailed(ILogger logger, Exception exception, long taskId);
    }
}

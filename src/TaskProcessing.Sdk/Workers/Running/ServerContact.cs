using System.Net;
using Microsoft.Extensions.Logging;
using TaskProcessing.Sdk.Ocs;

namespace TaskProcessing.Sdk.Workers.Running;

/// <summary>
/// Keeps one account of a server's failures for all calls of a worker: calls that fail together lengthen the pause once, and a trouble
/// is one line in the log when it begins and one when it is over.
/// </summary>
internal sealed partial class ServerContact(WorkerOptions options, ILogger logger, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Backoff _backoff = new(options.RetryDelay, options.MaxRetryDelay);
    private string? _trouble;
    private long _troubledAt;
    private long _pausedAt;
    private TimeSpan _pause;
    private bool _hasReturned;

    /// <summary>The moment at which a call begins, for <see cref="Failed"/>.</summary>
    public long Now => time.GetTimestamp();

    /// <summary>A call succeeded.</summary>
    public void Succeeded()
    {
        lock (_lock)
        {
            _backoff.Reset();
            _pause = TimeSpan.Zero;
            if (_trouble is null)
                return;

            _trouble = null;
            _hasReturned = true;
            Log.Over(logger, time.GetElapsedTime(_troubledAt));
        }
    }

    /// <summary>A call that does not belong to a task failed.</summary>
    /// <param name="exception">The failure.</param>
    /// <param name="began">When the call began.</param>
    /// <returns>The pause before the next try.</returns>
    public TimeSpan Failed(Exception exception, long began)
    {
        lock (_lock)
        {
            var atLeast = (exception as OcsException)?.RetryAfter;
            if (_pause > TimeSpan.Zero && began < _pausedAt)
            {
                // It was under way when the last one failed, and says nothing new.
                var left = _pause - time.GetElapsedTime(_pausedAt);
                return atLeast > left ? atLeast.Value : left;
            }

            _pause = _backoff.Next(atLeast);
            _pausedAt = time.GetTimestamp();
            Note(exception, _pause);
            return _pause;
        }
    }

    /// <summary>A call for a task failed, which has pauses of its own.</summary>
    /// <returns>False when the failure concerns the one task, so that its log line is still to be written.</returns>
    public bool IsTrouble(Exception exception, TimeSpan pause)
    {
        if (!IsOfServer(exception))
            return false;

        lock (_lock)
            Note(exception, pause);
        return true;
    }

    /// <summary>True once after each trouble that is over: the server may have forgotten something.</summary>
    public bool TakeReturn()
    {
        lock (_lock)
        {
            var hasReturned = _hasReturned;
            _hasReturned = false;
            return hasReturned;
        }
    }

    /// <summary>True for failures that a message describes in full. Others are faults in a program, and have a stack trace.</summary>
    public static bool IsOrdinary(Exception exception) =>
        exception is OcsException or HttpRequestException or IOException or TimeoutException or OperationCanceledException;

    private static bool IsOfServer(Exception exception) =>
        exception is OcsException refusal
            ? refusal.Kind == OcsErrorKind.Unreachable
                || refusal.Silence is not null
                || refusal.HttpStatus is HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout
            : exception is HttpRequestException;

    private void Note(Exception exception, TimeSpan pause)
    {
        // The text of a broken connection changes with each try; that of a refusal says whether the app is disabled or unknown.
        var trouble = exception is OcsException refusal
            ? refusal.Silence is null
                ? $"{refusal.Kind}"
                : refusal.Message
            : exception.GetType().Name;
        if (trouble == _trouble)
            return;

        if (_trouble is null)
            _troubledAt = time.GetTimestamp();
        _trouble = trouble;
        var shownPause = TimeSpan.FromSeconds(Math.Ceiling(pause.TotalSeconds));
        Log.Trouble(logger, IsOrdinary(exception) ? null : exception, exception.Message, shownPause);
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "The server cannot be used; trying again until it can, first after {Pause}: {Reason}")]
        public static partial void Trouble(ILogger logger, Exception? exception, string reason, TimeSpan pause);

        [LoggerMessage(LogLevel.Information, "The server can be used again, after {Elapsed}.")]
        public static partial void Over(ILogger logger, TimeSpan elapsed);
    }
}

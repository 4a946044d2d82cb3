using System.Threading.Channels;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Sends this process's signals to the other processes on the database, and wakes listeners here for their signals. Signals that
/// are raised while a message is under way go with the next one, so a busy server sends few messages.
/// </summary>
internal sealed partial class NotificationRelay(
    IChangeNotifier notifier,
    TaskSignal signal,
    ChangeWatcher changes,
    QueueWatcher queue,
    TimeProvider time,
    ILogger<NotificationRelay> logger
) : BackgroundService
{
    /// <summary>The requests of this process are answered first.</summary>
    private static readonly TimeSpan PauseBefore = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>A failure within this time of the last one belongs to the same outage.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    private readonly Channel<TaskNotification> _raised = Channel.CreateUnbounded<TaskNotification>(
        new UnboundedChannelOptions { SingleReader = true }
    );
    private readonly AsyncSignal _outdated = new();
    private readonly Lock _lock = new();
    private long? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!notifier.DeliversNotifications)
            return;

        signal.Raised += Enqueue;
        try
        {
            await Task.WhenAll(
                RetryAsync("notify other processes", SendAsync, stoppingToken),
                RetryAsync("receive notifications from other processes", ListenAsync, stoppingToken),
                RetryAsync("reload what other processes changed", RereadAsync, stoppingToken)
            );
        }
        finally
        {
            signal.Raised -= Enqueue;
        }
    }

    private void Enqueue(TaskNotification notification) => _raised.Writer.TryWrite(notification);

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (await _raised.Reader.WaitToReadAsync(cancellationToken))
        {
            await Task.Delay(PauseBefore, time, cancellationToken);
            var notifications = new List<TaskNotification>();
            while (_raised.Reader.TryRead(out var notification))
                notifications.Add(notification);

            await notifier.SendAsync(notifications, cancellationToken);
            await Task.Delay(PauseAfter, time, cancellationToken);
        }
    }

    private Task ListenAsync(CancellationToken cancellationToken) =>
        notifier.ListenAsync(() => _outdated.Set(), Receive, cancellationToken);

    private void Receive(TaskNotification notification)
    {
        if (notification is TaskNotification.CachesOutdated)
            _outdated.Set();
        else
            signal.Receive(notification);
    }

    private async Task RereadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _outdated.WaitAsync(Timeout.InfiniteTimeSpan, time, cancellationToken);
            await changes.RunAsync(cancellationToken);
            await queue.RunAsync(cancellationToken);
        }
    }

    private async Task RetryAsync(string purpose, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        var hasFailedAlone = false;
        while (true)
        {
            var began = time.GetTimestamp();
            try
            {
                await work(cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
            {
                // A connection that breaks once and is restored is not logged: polling finds the missed notifications.
                // Neither is a failure while the database is away, which may be back when it is asked after the failure.
                var canRead = await CanReadAsync(cancellationToken);
                if (hasFailedAlone && canRead && time.GetElapsedTime(began) < Calm && IsNews())
                    Log.Failed(logger, error, purpose);
                hasFailedAlone = canRead;
            }

            await Task.Delay(PauseAfterFailure, time, cancellationToken);
        }
    }

    /// <summary>True when the database answers; otherwise Outages has logged the failure.</summary>
    private async Task<bool> CanReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await changes.RunAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return error is not StoreUnavailableException;
        }
    }

    /// <summary>One log line for the failures of the three loops together.</summary>
    private bool IsNews()
    {
        lock (_lock)
        {
            var isNews = _lastFailure is not { } last || time.GetElapsedTime(last) > Calm;
            _lastFailure = time.GetTimestamp();
            return isNews;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Warning,
            "Could not {Purpose}; trying again. Until then waiting requests notice changes only at the next poll"
        )]
        public static partial void Failed(ILogger logger, Exception error, string purpose);
    }
}

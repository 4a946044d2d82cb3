using System.Threading.Channels;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Tells the other processes on the database what happens here, and wakes those who wait here for what happens there.
/// Whatever is raised while one message is under way goes with the next, so that a busy server sends few.
/// </summary>
internal sealed partial class SignalRelay(ISignalLine line, TaskSignal signal, ChangeWatcher changes, QueueWatcher queue, TimeProvider time, ILogger<SignalRelay> logger) : BackgroundService
{
    /// <summary>First of all those who asked for the change, or wait for it here, are to be answered.</summary>
    private static readonly TimeSpan PauseBefore = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan PauseAfter = TimeSpan.FromMilliseconds(4);
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(1);

    /// <summary>What fails again sooner has not worked in between.</summary>
    private static readonly TimeSpan Calm = TimeSpan.FromMinutes(1);

    private readonly Channel<TaskNotice> _raised = Channel.CreateUnbounded<TaskNotice>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _outdated = new(0, 1);
    private readonly Lock _lock = new();
    private long? _lastFailure;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!line.CarriesNotices)
            return;

        signal.Raised += Keep;
        try
        {
            await Task.WhenAll(
                InsistAsync("tell other processes what happens here", SendAsync, stoppingToken),
                InsistAsync("hear what happens in other processes", ListenAsync, stoppingToken),
                InsistAsync("read anew what other processes changed", RereadAsync, stoppingToken));
        }
        finally
        {
            signal.Raised -= Keep;
        }
    }

    private void Keep(TaskNotice notice) => _raised.Writer.TryWrite(notice);

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        while (await _raised.Reader.WaitToReadAsync(cancellationToken))
        {
            await Task.Delay(PauseBefore, time, cancellationToken);
            var notices = new List<TaskNotice>();
            while (_raised.Reader.TryRead(out var notice))
                notices.Add(notice);

            await line.SendAsync(notices, cancellationToken);
            await Task.Delay(PauseAfter, time, cancellationToken);
        }
    }

    private Task ListenAsync(CancellationToken cancellationToken) => line.ListenAsync(Reread, Hear, cancellationToken);

    private void Hear(TaskNotice notice)
    {
        if (notice is TaskNotice.CachesOutdated)
            Reread();
        else
            signal.Hear(notice);
    }

    private void Reread()
    {
        try
        {
            _outdated.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is to be done already.
        }
    }

    private async Task RereadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _outdated.WaitAsync(cancellationToken);
            await changes.LookAsync(cancellationToken);
            await queue.LookAsync(cancellationToken);
        }
    }

    private async Task InsistAsync(string purpose, Func<CancellationToken, Task> work, CancellationToken cancellationToken)
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
                // A connection that breaks once and is made again is no news; what was to be told meanwhile is found by looking.
                // Nor is what fails while the database is away: it may just have come back when it is asked after the failure.
                var canRead = await CanReadAsync(cancellationToken);
                if (hasFailedAlone && canRead && time.GetElapsedTime(began) < Calm && IsNews())
                    Log.Failed(logger, error, purpose);
                hasFailedAlone = canRead;
            }

            await Task.Delay(PauseAfterFailure, time, cancellationToken);
        }
    }

    /// <summary>Whether the database is there; where it is not, Outages has said so.</summary>
    private async Task<bool> CanReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await changes.LookAsync(cancellationToken);
            return true;
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return error is not StoreUnavailableException;
        }
    }

    /// <summary>Whatever fails of the three, and however often: it is said once.</summary>
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
        [LoggerMessage(LogLevel.Warning, "Could not {Purpose}; trying again. Until then those who wait hear of it when this server looks")]
        public static partial void Failed(ILogger logger, Exception error, string purpose);
    }
}

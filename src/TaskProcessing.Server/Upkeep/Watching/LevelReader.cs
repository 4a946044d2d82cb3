using System.Text.Json;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Reads how full the queue and the outbox are, for those who read metrics: when they ask, and every few seconds at most, however
/// many they are.
/// </summary>
internal sealed partial class LevelReader(
    ITaskStore tasks,
    IWebhookStore webhooks,
    NextcloudDirectory nextclouds,
    ListNextclouds listNextclouds,
    TimeProvider time,
    ILogger<LevelReader> logger
)
{
    private static readonly TimeSpan Fresh = TimeSpan.FromSeconds(5);

    /// <summary>How long a reader that cannot await is held.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly Lock _lock = new();
    private Task<QueueLevels?>? _reading;
    private long _began;

    /// <returns>Null when they cannot be read: what nobody knows is not shown.</returns>
    public Task<QueueLevels?> ReadAsync()
    {
        lock (_lock)
        {
            if (_reading is null || (_reading.IsCompleted && time.GetElapsedTime(_began) >= Fresh))
            {
                _began = time.GetTimestamp();
                _reading = Task.Run(TryReadAsync);
            }

            return _reading;
        }
    }

    /// <summary>As <see cref="ReadAsync"/>, for the callbacks of gauges, which cannot await. A scrape has awaited it before.</summary>
    public QueueLevels? Read() => ReadAsync() is var reading && reading.Wait(Patience) ? reading.Result : null;

    private async Task<QueueLevels?> TryReadAsync()
    {
        try
        {
            return new QueueLevels(
                await tasks.MeasureQueueAsync(time.GetUtcNow(), CancellationToken.None),
                await webhooks.CountWaitingAsync(CancellationToken.None),
                nextclouds.Current.Count == 0 ? [] : [.. (await listNextclouds.RunAsync(CancellationToken.None)).Select(LevelOf)]
            );
        }
        catch (Exception error)
        {
            // Outages has logged a database that is away.
            if (error is not StoreUnavailableException)
                Log.NotRead(logger, error);
            return null;
        }
    }

    private NextcloudLevel LevelOf(ListedNextcloud listed) =>
        new(
            listed.Connection.Id,
            listed.Load.Waiting,
            listed.Load.Running,
            listed.Load.Finishing,
            time.GetUtcNow() - listed.Load.OldestResultSince,
            listed.Connection is { Enabled: true, Trouble: var trouble and not (NextcloudTrouble.None or NextcloudTrouble.NotEnabled) }
                ? JsonNamingPolicy.SnakeCaseLower.ConvertName(trouble.ToString())
                : null,
            listed.Connection is { Enabled: true, EnabledThere: not false } ? time.GetUtcNow() - listed.Connection.ContactAt : null
        );

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not read how full the queue is; the metrics lack it")]
        public static partial void NotRead(ILogger logger, Exception error);
    }
}

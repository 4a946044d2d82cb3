using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.TaskTypes;

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>Records this server's own providers for the command line, which is another process.</summary>
internal sealed partial class LocalProviderRecorder(
    AvailableTaskTypes registered,
    CurrentTaskTypes taskTypes,
    IProviderChoiceStore choices,
    TimeProvider time,
    ILogger<LocalProviderRecorder> logger
) : BackgroundService
{
    private readonly AsyncSignal _refreshed = new();
    private IReadOnlyCollection<string> _recorded = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        taskTypes.Changed += Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            await TryRecordAsync(isServing: true);
            // As a Task: of one with an answer exceptions cannot be suppressed.
            Task wait = _refreshed.WaitAsync(LocalProviderRecord.Interval, time, stoppingToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        taskTypes.Changed -= Wake;
        await TryRecordAsync(isServing: false);
    }

    private void Wake() => _refreshed.Set();

    private async Task TryRecordAsync(bool isServing)
    {
        try
        {
            var now = time.GetUtcNow();
            LocalProviderRecord[] served =
            [
                .. (isServing ? registered.LocalProviders : [])
                    .DistinctBy(provider => provider.Id)
                    .Select(
                        (provider, position) =>
                            new LocalProviderRecord
                            {
                                ProviderId = provider.Id,
                                Name = provider.Name,
                                TaskType = provider.TaskType,
                                Position = position,
                                SeenAt = now,
                            }
                    ),
            ];
            var ids = served.Select(record => record.ProviderId).ToList();
            await choices.RecordLocalAsync(served, [.. _recorded.Except(ids)], CancellationToken.None);
            _recorded = ids;
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it.
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not record which providers this server runs; trying again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>Keeps written down what this server serves itself, for the command line, which is another process.</summary>
internal sealed partial class LocalProviderRecorder(
    AvailableTaskTypes taskTypes, IProviderChoiceStore choices, TimeProvider time, ILogger<LocalProviderRecorder> logger) : BackgroundService
{
    private TaskCompletionSource _refreshed = NewSource();
    private IReadOnlyCollection<string> _recorded = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        taskTypes.Refreshed += Wake;
        while (!stoppingToken.IsCancellationRequested)
        {
            // First, so that what comes meanwhile is written next time.
            var refreshed = NewSource();
            Volatile.Write(ref _refreshed, refreshed);
            await TryRecordAsync(isServing: true);
            await Task.WhenAny(refreshed.Task, Task.Delay(LocalProviderRecord.Interval, time, stoppingToken));
        }

        taskTypes.Refreshed -= Wake;
        await TryRecordAsync(isServing: false);
    }

    // Those who wait must not run on the time of whoever refreshes.
    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private void Wake() => Volatile.Read(ref _refreshed).TrySetResult();

    private async Task TryRecordAsync(bool isServing)
    {
        try
        {
            var now = time.GetUtcNow();
            LocalProviderRecord[] served =
            [
                .. (isServing ? taskTypes.LocalProviders : [])
                    .DistinctBy(provider => provider.Id)
                    .Select((provider, position) => new LocalProviderRecord
                    {
                        ProviderId = provider.Id,
                        Name = provider.Name,
                        TaskType = provider.TaskType,
                        Position = position,
                        SeenAt = now,
                    }),
            ];
            var ids = served.Select(record => record.ProviderId).ToList();
            await choices.RecordLocalAsync(served, [.. _recorded.Except(ids)], CancellationToken.None);
            _recorded = ids;
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not write down which providers this server runs; trying again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

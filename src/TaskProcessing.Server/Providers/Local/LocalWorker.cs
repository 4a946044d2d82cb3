using TaskProcessing.Providers;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Providers.Local;

/// <summary>Runs the providers of this process, and follows their sources: a change of a source takes effect at once.</summary>
internal sealed partial class LocalWorker(
    LocalProviders providers,
    LocalWorkSource tasks,
    ILogger<WorkerLoop> loopLogger,
    ILogger<LocalWorker> logger,
    TimeProvider time
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    private readonly WorkerLoop _loop = new(tasks, [], new WorkerOptions(), loopLogger, time);
    private readonly Lock _offering = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        foreach (var source in providers.Sources)
            source.Changed += Offer;
        Offer();
        await Task.WhenAll([
            _loop.RunAsync(stoppingToken),
            .. providers.Sources.Select(source => Task.Run(() => FollowAsync(source, stoppingToken), CancellationToken.None)),
        ]);
    }

    /// <summary>One at a time, so that an older look never replaces a newer one.</summary>
    private void Offer()
    {
        lock (_offering)
            _loop.Offer(providers.Current);
    }

    private async Task FollowAsync(ILocalProviderSource source, CancellationToken stoppingToken)
    {
        while (true)
        {
            try
            {
                await source.FollowAsync(stoppingToken);
                return;
            }
            catch (Exception) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception error)
            {
                Log.Failed(logger, error, source.GetType().Name, Pause);
            }

            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Error, "Could not list the providers of {Source}; trying again in {Pause}")]
        public static partial void Failed(ILogger logger, Exception error, string source, TimeSpan pause);
    }
}

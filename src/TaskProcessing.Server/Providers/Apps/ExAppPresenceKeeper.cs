using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// Stores the last signs of life of apps, reads those of other processes, and passes the task types of silent apps to
/// other providers.
/// </summary>
internal sealed partial class ExAppPresenceKeeper(
    ExAppPresence presence,
    IExAppStatusStore statuses,
    AvailableTaskTypes taskTypes,
    IOptions<ProviderOptions> options,
    TimeProvider time,
    ILogger<ExAppPresenceKeeper> logger
) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    private readonly RepeatedWork _check = new("check which provider apps are alive", time, logger);

    /// <summary>Saves and reads once.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (presence.TakeUnsaved() is { Count: > 0 } unsaved)
            await statuses.SaveSignsAsync(unsaved, cancellationToken);
        if (options.Value.SilentAfterSeconds == 0)
            return;

        var now = time.GetUtcNow();
        var limit = now - TimeSpan.FromSeconds(options.Value.SilentAfterSeconds);
        var silent = (await statuses.ListAsync(cancellationToken))
            .Where(status => LastHeard(status, now) < limit)
            .Select(status => status.AppId)
            .ToImmutableHashSet();
        var before = presence.Silent;
        presence.SetSilent(silent);
        if (silent.SetEquals(before))
            return;

        foreach (var appId in silent.Except(before))
            Log.Silent(logger, appId);
        await taskTypes.RefreshAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var returned = presence.Returned;
            await TryRunAsync(stoppingToken);
            // As a Task: of one with an answer exceptions cannot be suppressed.
            Task wait = returned.EndsWithinAsync(Interval, time, stoppingToken);
            await wait.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        // Saves the last signs.
        await TryRunAsync(CancellationToken.None);
    }

    private async Task TryRunAsync(CancellationToken cancellationToken)
    {
        try
        {
            await RunAsync(cancellationToken);
            _check.Worked();
        }
        catch (OperationCanceledException)
        {
            // The server stops; the last run is yet to come.
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it.
        }
        catch (Exception error)
        {
            _check.Failed(error);
        }
    }

    /// <summary>A time in the future was stored before the clock was set back, and is ignored.</summary>
    private DateTimeOffset LastHeard(ExAppStatus status, DateTimeOffset now) =>
        new[] { presence.Since, status.SeenAt, presence.SeenAt(status.AppId) }
            .OfType<DateTimeOffset>()
            .Where(heard => heard < now + Interval)
            .DefaultIfEmpty(DateTimeOffset.MinValue)
            .Max();

    private static partial class Log
    {
        [LoggerMessage(
            LogLevel.Information,
            "App {AppId} has not called for a long time; its task types go to other providers, where there are any"
        )]
        public static partial void Silent(ILogger logger, string appId);
    }
}

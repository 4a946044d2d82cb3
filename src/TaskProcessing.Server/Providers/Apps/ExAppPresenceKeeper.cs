using System.Collections.Immutable;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Writes down when apps were last heard, learns it from other processes, and has silent apps stand back.</summary>
internal sealed partial class ExAppPresenceKeeper(
    ExAppPresence presence,
    IExAppStatusStore statuses,
    AvailableTaskTypes taskTypes,
    IOptions<ProviderOptions> options,
    TimeProvider time,
    ILogger<ExAppPresenceKeeper> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        if (presence.TakeUnsaved() is { Count: > 0 } unsaved)
            await statuses.SaveSignsAsync(unsaved, cancellationToken);
        if (options.Value.SilentAfterSeconds == 0)
            return;

        var limit = time.GetUtcNow() - TimeSpan.FromSeconds(options.Value.SilentAfterSeconds);
        var silent = (await statuses.ListAsync(cancellationToken))
            .Where(status => LastHeard(status) < limit)
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
            await TryLookAsync(stoppingToken);
            await Task.WhenAny(returned, Task.Delay(Interval, time, stoppingToken));
        }

        // What was heard since.
        await TryLookAsync(CancellationToken.None);
    }

    private async Task TryLookAsync(CancellationToken cancellationToken)
    {
        try
        {
            await LookAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            // The server stops; the last look is yet to come.
        }
        catch (Exception error)
        {
            Log.Failed(logger, error);
        }
    }

    private DateTimeOffset LastHeard(ExAppStatus status) =>
        new[] { presence.Since, status.SeenAt ?? DateTimeOffset.MinValue, presence.SeenAt(status.AppId) ?? DateTimeOffset.MinValue }.Max();

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Information, "App {AppId} has been silent for long; where others serve its task types, its tasks go to them")]
        public static partial void Silent(ILogger logger, string appId);

        [LoggerMessage(LogLevel.Warning, "Could not look which provider apps are alive; trying again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

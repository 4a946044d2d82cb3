using System.Collections.Concurrent;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>
/// Starts apps when they are enabled and stops them when they are disabled or removed, in the background and each by
/// itself. The stage of an app is in the store, so that any process can show it and another one can continue from there.
/// </summary>
internal sealed class ExAppLifeCycle(
    IExAppStore exApps,
    ExAppSecrets secrets,
    ExAppDirectory directory,
    IExAppStatusStore statuses,
    StepExApp step,
    TimeProvider time,
    ILogger<ExAppLifeCycle> logger
) : BackgroundService
{
    /// <summary>Apps are checked this often even without a signal: another process may have died while it changed one.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>
    /// The interval for reading an app's own progress from the database; progress reported to this process is noticed at
    /// once.
    /// </summary>
    private static readonly TimeSpan WaitInterval = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    /// <summary>Longer than any step takes.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(90);

    private readonly string _driver = Guid.NewGuid().ToString("N");
    private readonly ConcurrentDictionary<string, Task> _drives = new();

    /// <summary>The apps whose last drive failed.</summary>
    private readonly ConcurrentDictionary<string, RepeatedWork> _failing = new();

    /// <summary>Kept for the goodbye: of a removed app the store knows neither address nor secret.</summary>
    private readonly Dictionary<string, KnownExApp> _enabled = [];

    private readonly AsyncSignal _woken = new();

    /// <summary>Tells the loop that an app or its status has changed.</summary>
    public void Wake() => _woken.Pulse();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var check = new RepeatedWork("manage the provider apps", time, logger);
        try
        {
            while (true)
            {
                var woken = _woken.Task;
                try
                {
                    await DriveAllAsync(stoppingToken);
                    check.Worked();
                }
                catch (StoreUnavailableException)
                {
                    // Outages has logged it.
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    check.Failed(error);
                }

                await woken.EndsWithinAsync(Interval, time, stoppingToken);
            }
        }
        finally
        {
            await Task.WhenAll(_drives.Values);
        }
    }

    private async Task DriveAllAsync(CancellationToken cancellationToken)
    {
        var apps = await exApps.ListAsync(cancellationToken);
        var known = (await statuses.ListAsync(cancellationToken)).ToDictionary(status => status.AppId);
        foreach (var app in apps.Where(app => app.Url is not null))
        {
            var status = known.GetValueOrDefault(app.Id) ?? new ExAppStatus { AppId = app.Id };
            if (app.Enabled && await directory.FindAsync(app.Id, cancellationToken) is { } enabled)
                _enabled[app.Id] = enabled;
            else
                _enabled.Remove(app.Id);
            if (StepExApp.IsNeeded(app, status) && !_drives.ContainsKey(app.Id))
                _drives[app.Id] = Task.Run(() => DriveAsync(app.Id, cancellationToken), CancellationToken.None);
        }

        foreach (var id in _failing.Keys.Except(apps.Select(app => app.Id)))
            _failing.TryRemove(id, out _);
        foreach (var id in _enabled.Keys.Except(apps.Select(app => app.Id)).ToList())
        {
            if (_enabled.Remove(id, out var removed))
                await step.NotifyDisabledAsync(removed, cancellationToken);
        }
    }

    private async Task DriveAsync(string appId, CancellationToken cancellationToken)
    {
        try
        {
            await StepUntilThereAsync(appId, cancellationToken);
            await statuses.ReleaseAsync(appId, _driver, CancellationToken.None);
            if (_failing.TryRemove(appId, out var work))
                work.Worked();
        }
        catch (OperationCanceledException)
        {
            await statuses.ReleaseAsync(appId, _driver, CancellationToken.None);
        }
        catch (StoreUnavailableException)
        {
            // Outages has logged it.
        }
        catch (Exception error)
        {
            _failing.GetOrAdd(appId, id => new RepeatedWork($"manage app {id}", time, logger)).Failed(error);
        }
        finally
        {
            _drives.TryRemove(appId, out _);
        }
    }

    private async Task StepUntilThereAsync(string appId, CancellationToken cancellationToken)
    {
        var tries = 0;
        while (true)
        {
            var woken = _woken.Task;
            if (await exApps.FindAsync(appId, cancellationToken) is not { } app)
                return;
            var status = await statuses.GetAsync(appId, cancellationToken);
            var now = time.GetUtcNow();
            if (!StepExApp.IsNeeded(app, status) || !await statuses.TryDriveAsync(appId, _driver, now, now + Lease, cancellationToken))
                return;

            switch (await step.RunAsync(secrets.Open(app), status, cancellationToken))
            {
                case StepOutcome.Again:
                    await woken.EndsWithinAsync(Backoff.After(++tries, FirstPause, LongestPause, factor: 1.5), time, cancellationToken);
                    break;
                case StepOutcome.Wait:
                    await woken.EndsWithinAsync(WaitInterval, time, cancellationToken);
                    break;
                default:
                    tries = 0;
                    break;
            }
        }
    }
}

using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Notices what other processes changed (the command line, other nodes) and has it read anew. What this process changes
/// itself comes back here too, which is a cheap way to be sure.
/// </summary>
internal sealed partial class ChangeWatcher(
    IChangeStore changes,
    CredentialCache credentials,
    AccountDirectory accounts,
    ExAppDirectory exApps,
    ExAppLifeCycle lifeCycle,
    AvailableTaskTypes taskTypes,
    TimeProvider time,
    ILogger<ChangeWatcher> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Null before the first look, which reads everything: the known task types are to be there before the first provider is.</summary>
    private IReadOnlyDictionary<ChangeTopic, long>? _seen;

    /// <summary>Looks once.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var versions = await changes.ReadVersionsAsync(cancellationToken);
        if (Changed(versions, ChangeTopic.Accounts))
        {
            credentials.Clear();
            accounts.Clear();
            exApps.Clear();
            lifeCycle.Wake();
        }

        if (Changed(versions, ChangeTopic.Providers))
            await taskTypes.RefreshAsync(cancellationToken);

        _seen = versions;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await LookAsync(stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                Log.Failed(logger, error);
            }
        }
    }

    private bool Changed(IReadOnlyDictionary<ChangeTopic, long> versions, ChangeTopic topic) =>
        _seen is null || versions.GetValueOrDefault(topic) != _seen.GetValueOrDefault(topic);

    private static partial class Log
    {
        [LoggerMessage(LogLevel.Warning, "Could not look for changes; trying again")]
        public static partial void Failed(ILogger logger, Exception error);
    }
}

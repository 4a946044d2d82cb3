using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Detects changes by other processes (the command line, other nodes) and reloads the affected data. It also reloads
/// after changes by this process, which is harmless.
/// </summary>
internal sealed class ChangeWatcher(
    IChangeStore changes,
    CredentialCache credentials,
    AccountDirectory accounts,
    ExAppDirectory exApps,
    ExAppLifeCycle lifeCycle,
    AvailableTaskTypes taskTypes,
    NextcloudDirectory nextclouds,
    CloseRevokedConnections closeRevokedConnections,
    BlockKeeper blocks,
    IChangeNotifier notifier
) : IPeriodicJob
{
    private long? _version;

    /// <summary>
    /// Null before the first run, which reads everything: the known task types are to be there before the first provider is.
    /// </summary>
    private IReadOnlyDictionary<ChangeTopic, long>? _topicVersions;

    public string Purpose => "read the changes of other processes";

    public TimeSpan Interval => notifier.PollInterval;

    /// <summary>Polls once. Costs no statement while the version of the database has not changed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var version = await notifier.ReadVersionAsync(cancellationToken);
        if (version is not null && version == _version && _topicVersions is not null)
            return;

        var versions = await changes.ReadVersionsAsync(cancellationToken);
        if (Changed(versions, ChangeTopic.Accounts))
        {
            credentials.Clear();
            accounts.Clear();
            exApps.Clear();
            lifeCycle.Wake();
            await closeRevokedConnections.RunAsync(cancellationToken);
        }

        if (Changed(versions, ChangeTopic.Providers))
            await taskTypes.RefreshAsync(cancellationToken);

        if (Changed(versions, ChangeTopic.LoginBlocks))
            await blocks.DropLiftedAsync(cancellationToken);

        if (Changed(versions, ChangeTopic.Nextclouds))
            await nextclouds.ReloadAsync(cancellationToken);

        (_topicVersions, _version) = (versions, version);
    }

    private bool Changed(IReadOnlyDictionary<ChangeTopic, long> versions, ChangeTopic topic) =>
        _topicVersions is null || versions.GetValueOrDefault(topic) != _topicVersions.GetValueOrDefault(topic);
}

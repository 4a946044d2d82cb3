using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Providers.Apps.LifeCycle;
using TaskProcessing.Server.Tasks.Waiting;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Upkeep;

/// <summary>
/// Notices what other processes changed (the command line, other nodes) and has it read anew. What this process changes
/// itself comes back here too, which is a cheap way to be sure.
/// </summary>
internal sealed class ChangeWatcher(
    IChangeStore changes,
    CredentialCache credentials,
    AccountDirectory accounts,
    ExAppDirectory exApps,
    ExAppLifeCycle lifeCycle,
    AvailableTaskTypes taskTypes,
    EndRevokedWaits endRevokedWaits,
    ISignalLine line) : IRound
{
    private long? _mark;

    /// <summary>Null before the first look, which reads everything: the known task types are to be there before the first provider is.</summary>
    private IReadOnlyDictionary<ChangeTopic, long>? _seen;

    public string Purpose => "look for changes";

    public TimeSpan Rest => line.LookInterval;

    /// <summary>Looks once; where the database's mark has not moved there is nothing to see.</summary>
    public async Task LookAsync(CancellationToken cancellationToken)
    {
        var mark = await line.ReadMarkAsync(cancellationToken);
        if (mark is not null && mark == _mark && _seen is not null)
            return;

        var versions = await changes.ReadVersionsAsync(cancellationToken);
        if (Changed(versions, ChangeTopic.Accounts))
        {
            credentials.Clear();
            accounts.Clear();
            exApps.Clear();
            lifeCycle.Wake();
            await endRevokedWaits.RunAsync(cancellationToken);
        }

        if (Changed(versions, ChangeTopic.Providers))
            await taskTypes.RefreshAsync(cancellationToken);

        (_seen, _mark) = (versions, mark);
    }

    private bool Changed(IReadOnlyDictionary<ChangeTopic, long> versions, ChangeTopic topic) =>
        _seen is null || versions.GetValueOrDefault(topic) != _seen.GetValueOrDefault(topic);
}

using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Tasks.Waiting;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Ends event streams and long polls whose callers could not log in any more: the account or the app is gone, the app is
/// disabled, a password or secret was changed. Two statements, however many wait.
/// </summary>
internal sealed class EndRevokedWaits(OpenWaits waits, IAccountStore accounts, ExAppDirectory exApps)
{
    /// <summary>Looks at all of them. What is kept in memory of accounts and apps must have been dropped before.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => RunAsync(waits.TakeForCheck(), cancellationToken);

    /// <summary>Looks at these.</summary>
    public async Task RunAsync(IReadOnlyCollection<OpenWait> open, CancellationToken cancellationToken)
    {
        var claimed = open.Select(wait => wait.Credential).OfType<Credential>().ToHashSet();
        if (claimed.Count == 0)
            return;

        var good = new HashSet<Credential>();
        foreach (var credential in await accounts.ListGoodAsync(claimed, cancellationToken))
        {
            if (credential.AppId is null || await exApps.FindAsync(credential.AppId, cancellationToken) is { App.Enabled: true } known && known.App.ProtectedSecret == credential.AppSecret)
                good.Add(credential);
        }

        foreach (var wait in open.Where(wait => wait.Credential is { } credential && !good.Contains(credential)))
            wait.Revoke();
    }
}

using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Providers;

namespace TaskProcessing.Server.Upkeep.Watching;

/// <summary>
/// Closes event streams and long polls whose callers could no longer log in: the account or the app was removed, the app
/// is disabled, a password or secret was changed. Runs two statements for any number of connections.
/// </summary>
internal sealed class CloseRevokedConnections(HeldConnections connections, IAccountStore accounts, ExAppDirectory exApps)
{
    /// <summary>Checks all connections. The caches of accounts and apps must have been dropped before.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => RunAsync(connections.TakeForCheck(), cancellationToken);

    /// <summary>Checks these connections.</summary>
    public async Task RunAsync(IReadOnlyCollection<HeldConnection> open, CancellationToken cancellationToken)
    {
        var claimed = open.Select(connection => connection.Credential).OfType<Credential>().ToHashSet();
        if (claimed.Count == 0)
            return;

        var good = new HashSet<Credential>();
        foreach (var credential in await accounts.ListValidAsync(claimed, cancellationToken))
        {
            if (
                credential.AppId is null
                || await exApps.FindAsync(credential.AppId, cancellationToken) is { App.Enabled: true } known
                    && known.Holds(credential.AppSecret)
            )
                good.Add(credential);
        }

        foreach (var connection in open.Where(connection => connection.Credential is { } credential && !good.Contains(credential)))
            connection.Revoke();
    }
}

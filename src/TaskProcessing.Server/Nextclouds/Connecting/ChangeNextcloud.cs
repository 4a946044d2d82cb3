using System.Globalization;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Disables, enables, gives another secret to, or removes a connection. Settings rule over their own ones.</summary>
internal sealed class ChangeNextcloud(
    INextcloudStore store,
    INextcloudTaskStore tasks,
    NextcloudSecrets secrets,
    RegisterOffer registerOffer,
    WorkForNextcloud workForNextcloud
)
{
    /// <summary>A running server withdraws or registers what is offered.</summary>
    public async Task<ChangeNextcloudOutcome> EnableAsync(string id, bool enabled, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } connection)
            return new ChangeNextcloudOutcome.Unknown();
        if (connection.FromSettings)
            return new ChangeNextcloudOutcome.Configured();

        await store.SetEnabledAsync(id, enabled, cancellationToken);
        return new ChangeNextcloudOutcome.Changed(connection);
    }

    /// <param name="id">The connection.</param>
    /// <param name="secret">The new secret; null for a random one.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ChangeNextcloudOutcome> RotateAsync(string id, string? secret, CancellationToken cancellationToken)
    {
        secret ??= Passwords.NewToken();
        if (await store.FindAsync(id, cancellationToken) is not { } connection)
            return new ChangeNextcloudOutcome.Unknown();
        if (connection.FromSettings)
            return new ChangeNextcloudOutcome.Configured();
        if (NextcloudRules.SecretProblem(secret) is { } problem)
            return new ChangeNextcloudOutcome.Refused(problem);

        await store.SetSecretAsync(id, secrets.Protect(secret), cancellationToken);
        return new ChangeNextcloudOutcome.Changed(connection) { Secret = secret };
    }

    /// <summary>
    /// Takes back what is registered there first, for nobody does it later. Tasks under way are failed there, because without the connection
    /// they would be running there for ever; those that a running server works on are left to it.
    /// </summary>
    /// <param name="id">The connection.</param>
    /// <param name="force">
    /// True to have a running server fail its tasks, and to give up those that cannot be failed there. Without it the connection is only
    /// disabled as long as there are such tasks.
    /// </param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ChangeNextcloudOutcome> RemoveAsync(string id, bool force, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } connection)
            return new ChangeNextcloudOutcome.Unknown();
        if (connection is { FromSettings: true, Enabled: true })
            return new ChangeNextcloudOutcome.Configured();

        await store.SetEnabledAsync(id, enabled: false, cancellationToken);
        var known = secrets.TryUnprotect(connection) is { } secret ? new KnownNextcloud(connection, secret) : null;
        if (known is not null && connection is { EnabledThere: true, Offered.Length: > 0 })
            await registerOffer.WithdrawAsync(known, cancellationToken);

        var notes = "";
        if ((await store.ListLoadAsync(cancellationToken)).FirstOrDefault(load => load.NextcloudId == id) is { } load)
        {
            var left = known is null
                ? new LeftTasks([], "the secret was encrypted with a key that is lost")
                : await workForNextcloud.TryEndTasksAsync(known, cancellationToken);
            if (!force && Refusal(id, load, left) is { } refusal)
                return new ChangeNextcloudOutcome.Refused(refusal);

            notes = Notes(load, left);
            if (left is null)
            {
                // Without the connection the server that works for it fails its tasks there, and forgets them.
                await store.RemoveAsync(id, cancellationToken);
                return new ChangeNextcloudOutcome.Changed(connection) { Notes = notes };
            }
        }

        await tasks.RemoveAsync(id, cancellationToken);
        await store.RemoveAsync(id, cancellationToken);
        return new ChangeNextcloudOutcome.Changed(connection) { Notes = notes };
    }

    private static string? Refusal(string id, NextcloudLoad load, LeftTasks? left)
    {
        var tasks = string.Create(CultureInfo.InvariantCulture, $"{load.All} task(s) of \"{id}\" are under way");
        return left switch
        {
            null => $"{tasks} in a running server: it is disabled now, and can be removed when they have ended. "
                + "With --force the server fails them in the Nextcloud at once",
            { Reason: { } reason } => $"{tasks} and could not all be failed in the Nextcloud: {reason} It is disabled now; try again when "
                + "the Nextcloud can be reached. --force gives them up, and they stay running there for ever",
            _ => null,
        };
    }

    private static string Notes(NextcloudLoad load, LeftTasks? left)
    {
        var count = load.All.ToString(CultureInfo.InvariantCulture);
        return left switch
        {
            null => $"A running server fails {count} task(s) in the Nextcloud now.",
            { Reason: { } reason } => $"Of {count} task(s) these may be shown in the Nextcloud as running for ever, because they could not "
                + $"be failed there: {string.Join(", ", left.RemoteIds)}. {reason}",
            _ => $"{count} task(s) that were under way have failed in the Nextcloud.",
        };
    }
}

internal abstract record ChangeNextcloudOutcome
{
    private ChangeNextcloudOutcome() { }

    /// <param name="Connection">As it was before.</param>
    internal sealed record Changed(Nextcloud Connection) : ChangeNextcloudOutcome
    {
        /// <summary>The new secret, where there is one.</summary>
        public string? Secret { get; init; }

        /// <summary>What became of tasks under way; empty when there were none.</summary>
        public string Notes { get; init; } = "";
    }

    /// <summary>There is no such connection.</summary>
    internal sealed record Unknown : ChangeNextcloudOutcome;

    /// <summary>It comes from settings and is changed there.</summary>
    internal sealed record Configured : ChangeNextcloudOutcome;

    internal sealed record Refused(string Problem) : ChangeNextcloudOutcome;
}

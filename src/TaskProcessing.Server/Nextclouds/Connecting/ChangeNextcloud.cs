using System.Globalization;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Nextclouds.Work;

namespace TaskProcessing.Server.Nextclouds.Connecting;

/// <summary>Disables, enables, gives another secret to, or removes a connection. Settings rule over their own ones.</summary>
internal sealed class ChangeNextcloud(
    INextcloudStore store,
    INextcloudTaskStore tasks,
    NextcloudSecrets secrets,
    RegisterOffer registerOffer
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
    /// Takes back what is registered there first, for nobody does it later. A connection with tasks under way is only disabled: without
    /// it they would be running there for ever.
    /// </summary>
    /// <param name="id">The connection.</param>
    /// <param name="force">True to give tasks under way up.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<ChangeNextcloudOutcome> RemoveAsync(string id, bool force, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } connection)
            return new ChangeNextcloudOutcome.Unknown();
        if (connection is { FromSettings: true, Enabled: true })
            return new ChangeNextcloudOutcome.Configured();

        await store.SetEnabledAsync(id, enabled: false, cancellationToken);
        if (connection is { EnabledThere: true, Offered.Length: > 0 } && secrets.TryUnprotect(connection) is { } secret)
            await registerOffer.WithdrawAsync(new KnownNextcloud(connection, secret), cancellationToken);

        var load = (await store.ListLoadAsync(cancellationToken)).FirstOrDefault(load => load.NextcloudId == id);
        if (load is not null && !force)
            return new ChangeNextcloudOutcome.Refused(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{load.All} task(s) of \"{id}\" are under way: it is disabled now, and can be removed when they have ended. "
                ) + "--force gives them up; they stay running in the Nextcloud for ever"
            );

        await tasks.RemoveAsync(id, cancellationToken);
        await store.RemoveAsync(id, cancellationToken);
        return new ChangeNextcloudOutcome.Changed(connection);
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
    }

    /// <summary>There is no such connection.</summary>
    internal sealed record Unknown : ChangeNextcloudOutcome;

    /// <summary>It comes from settings and is changed there.</summary>
    internal sealed record Configured : ChangeNextcloudOutcome;

    internal sealed record Refused(string Problem) : ChangeNextcloudOutcome;
}

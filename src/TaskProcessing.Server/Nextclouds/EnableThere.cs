namespace TaskProcessing.Server.Nextclouds;

/// <summary>The administrator of a Nextcloud has enabled or disabled the app there.</summary>
internal sealed class EnableThere(INextcloudStore store, NextcloudDirectory directory, RegisterOffer registerOffer, TimeProvider time)
{
    /// <summary>
    /// A Nextcloud with one PHP process answers nothing during its own call; it calls back no longer than a minute. So the call is
    /// answered after this long, with providers registered there or not.
    /// </summary>
    private static readonly TimeSpan LongestWithdrawal = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Enabled: the providers are registered after the call (<see cref="KeepOffer"/>), for the app stays enabled. Disabled: they are
    /// withdrawn within it, because afterwards the app may call no more, and the Nextcloud would go on offering their types.
    /// </summary>
    public async Task RunAsync(KnownNextcloud known, bool enabled, CancellationToken cancellationToken)
    {
        await store.SetEnabledThereAsync(known.Id, enabled, time.GetUtcNow(), cancellationToken);
        await directory.ReloadAsync(cancellationToken);
        if (enabled)
            return;

        using var timeout = new CancellationTokenSource(LongestWithdrawal, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        await registerOffer.WithdrawAsync(known, both.Token);
    }
}

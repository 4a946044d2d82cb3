namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// Enables or disables a provider; effective when the call returns. Waiting tasks go to the next provider of the type,
/// claimed ones stay with their worker.
/// </summary>
internal sealed class EnableProvider(IProviderChoiceStore choices, ListProviders providers, AvailableTaskTypes taskTypes)
{
    /// <returns>False when there is no such provider.</returns>
    public async Task<bool> RunAsync(string providerId, bool enabled, CancellationToken cancellationToken)
    {
        // A provider that is gone may still be enabled, which removes the decision.
        var isKnown = (await providers.RunAsync(cancellationToken)).Any(provider => provider.Id == providerId);
        if (!isKnown && (!enabled || !(await choices.ReadAsync(cancellationToken)).Disabled.Contains(providerId)))
            return false;

        await choices.SetEnabledAsync(providerId, enabled, cancellationToken);
        await taskTypes.RefreshAsync(cancellationToken);
        return true;
    }
}

namespace TaskProcessing.Server.Providers.Choosing;

/// <summary>
/// Lets a provider serve or not; effective when the call returns. Waiting tasks go to the next provider of the type, those
/// that were claimed stay with their worker.
/// </summary>
internal sealed class EnableProvider(IProviderChoiceStore choices, ListProviders providers, AvailableTaskTypes taskTypes)
{
    /// <returns>False when there is no such provider.</returns>
    public async Task<bool> RunAsync(string providerId, bool enabled, CancellationToken cancellationToken)
    {
        // What is no longer there may still be enabled, to take back the decision.
        var isKnown = (await providers.RunAsync(cancellationToken)).Any(provider => provider.Id == providerId);
        if (!isKnown && (!enabled || !(await choices.ReadAsync(cancellationToken)).Disabled.Contains(providerId)))
            return false;

        await choices.SetEnabledAsync(providerId, enabled, cancellationToken);
        await taskTypes.RefreshAsync(cancellationToken);
        return true;
    }
}

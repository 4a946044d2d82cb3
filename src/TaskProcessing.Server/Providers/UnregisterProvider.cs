namespace TaskProcessing.Server.Providers;

/// <summary>Takes a provider of an app out of service; its waiting tasks wait for the next provider of their type.</summary>
internal sealed class UnregisterProvider(IExAppStore exApps, AvailableTaskTypes taskTypes)
{
    /// <returns>False when the app has no such provider.</returns>
    public async Task<bool> RunAsync(string appId, string providerId, CancellationToken cancellationToken)
    {
        if (!await exApps.UnregisterAsync(appId, providerId, cancellationToken))
            return false;

        await taskTypes.RefreshAsync(cancellationToken);
        return true;
    }
}

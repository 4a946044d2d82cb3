namespace TaskProcessing.Server.Providers.Apps.LifeCycle;

/// <summary>Enables or disables an app. The running server notices the change and calls the app.</summary>
internal sealed class EnableExApp(IExAppStore exApps, IExAppStatusStore statuses, TimeProvider time)
{
    /// <returns>False when there is no such app.</returns>
    public async Task<bool> RunAsync(string appId, bool enabled, CancellationToken cancellationToken)
    {
        // Before the change that the server notices, so that it does not find the old failure.
        if (enabled)
            await statuses.TryMoveAsync(appId, ExAppStage.Failed, ExAppStage.New, null, time.GetUtcNow(), cancellationToken);

        return await exApps.SetEnabledAsync(appId, enabled, cancellationToken);
    }
}

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>Ends the older one of a provider app's two secrets.</summary>
internal sealed class RevokeExAppSecret(IExAppStore exApps)
{
    /// <returns>The mistake in a sentence; null when the app has one secret now.</returns>
    public async Task<string?> RunAsync(string appId, CancellationToken cancellationToken)
    {
        if (await exApps.FindAsync(appId, cancellationToken) is not { } app)
            return $"There is no app \"{appId}\"";
        if (ExAppSecrets.Older(app.ProtectedSecret) is null)
            return $"App \"{appId}\" has one secret alone; \"exapp rotate {appId}\" gives it another one";

        return await exApps.TrySetSecretAsync(appId, app.ProtectedSecret, ExAppSecrets.Newest(app.ProtectedSecret), cancellationToken)
            ? null
            : $"The secret of app \"{appId}\" was changed at the same time";
    }
}

namespace TaskProcessing.Server.Providers.Apps;

/// <summary>
/// Gives a provider app another secret. The one before stays valid until it is revoked: the app may be started again with the new one
/// at any time.
/// </summary>
internal sealed class RotateExAppSecret(IExAppStore exApps, ExAppSecrets secrets)
{
    /// <returns>The mistake in a sentence; null when the app has two secrets now.</returns>
    public async Task<string?> RunAsync(string appId, string secret, CancellationToken cancellationToken)
    {
        if (AddExApp.ProblemOfSecret(secret) is { } problem)
            return problem;
        if (await exApps.FindAsync(appId, cancellationToken) is not { } app)
            return $"There is no app \"{appId}\"";
        // The app may still run with the older one of two.
        if (ExAppSecrets.Older(app.ProtectedSecret) is not null)
            return $"App \"{appId}\" has two secrets already; \"exapp revoke {appId}\" ends the older one";

        return await exApps.TrySetSecretAsync(appId, app.ProtectedSecret, secrets.ProtectBeside(secret, app), cancellationToken)
            ? null
            : $"The secret of app \"{appId}\" was changed at the same time";
    }
}

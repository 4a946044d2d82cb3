namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>Signs out. Event streams that the session holds open end too.</summary>
internal sealed class EndSession(ISessionStore sessions, CredentialCache cache)
{
    /// <returns>False when there is no such session.</returns>
    public async Task<bool> RunAsync(string tokenHash, CancellationToken cancellationToken)
    {
        var ended = await sessions.RemoveAsync(tokenHash, cancellationToken);
        // Other processes hear of it from the store.
        cache.Clear();
        return ended;
    }
}

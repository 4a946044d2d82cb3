namespace TaskProcessing.Server.Accounts.Sessions;

/// <summary>Finds the account that is signed in with a session's token.</summary>
internal sealed class FindSession(ISessionStore sessions, CredentialCache cache, TimeProvider time)
{
    /// <summary>Tells sessions apart from other secrets in the cache: no login name has a bracket.</summary>
    private const string Name = "(a session)";

    /// <returns>The account; null when there is no such session, or no longer.</returns>
    public async ValueTask<VerifiedAccount?> RunAsync(string network, string token, CancellationToken cancellationToken)
    {
        if (!Passwords.IsToken(token))
            return null;
        if (cache.Find(network, Name, token) is { } known && known.Credential.SessionEndsAt > time.GetUtcNow())
            return known;

        var generation = cache.Generation;
        var hash = Passwords.HashToken(token);
        if (
            await sessions.FindAsync(hash, time.GetUtcNow(), cancellationToken) is not var (session, account)
            || session.PasswordStamp != Session.StampOf(account.PasswordHash)
        )
            return null;

        var verified = new VerifiedAccount(
            account,
            new Credential
            {
                AccountId = account.Id,
                PasswordHash = account.PasswordHash,
                SessionHash = hash,
                SessionEndsAt = session.EndsAt,
            }
        );
        cache.Add(network, Name, token, verified, generation);
        return verified;
    }
}

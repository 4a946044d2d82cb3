namespace TaskProcessing.Server.Accounts;

/// <summary>Says whose a login name and secret are, or a bare token.</summary>
internal sealed class VerifyCredentials(IAccountStore accounts, CredentialCache cache)
{
    /// <summary>What is longer is no secret of ours, and not worth a hash.</summary>
    private const int MaxSecretLength = 1024;

    /// <param name="user">The login name; null when only a token was given.</param>
    /// <param name="secret">An app password, or with a login name the password.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The account; null when the credentials are wrong.</returns>
    public async ValueTask<VerifiedAccount?> RunAsync(string? user, string secret, CancellationToken cancellationToken)
    {
        if (secret.Length is 0 or > MaxSecretLength)
            return null;
        if (cache.Find(user ?? "", secret) is { } known)
            return known;

        var generation = cache.Generation;
        if (await FindAsync(user, secret, cancellationToken) is not { } verified)
            return null;

        cache.Add(user ?? "", secret, verified, generation);
        return verified;
    }

    /// <summary>The app password comes first: it costs a look-up, a password costs a hash made to be slow.</summary>
    private async Task<VerifiedAccount?> FindAsync(string? user, string secret, CancellationToken cancellationToken)
    {
        var tokenHash = Passwords.HashToken(secret);
        var owner = await accounts.FindByTokenHashAsync(tokenHash, cancellationToken);
        if (owner is not null && (user is null || owner.Id == user))
            return new VerifiedAccount(owner, new Credential { AccountId = owner.Id, TokenHash = tokenHash });
        if (user is null)
            return null;

        var account = await accounts.FindAsync(user, cancellationToken);
        return Passwords.Verify(account?.PasswordHash, secret)
            ? new VerifiedAccount(account!, new Credential { AccountId = account!.Id, PasswordHash = account.PasswordHash })
            : null;
    }
}

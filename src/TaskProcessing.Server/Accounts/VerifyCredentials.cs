using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Accounts;

/// <summary>Finds the account of a login name and secret, or of a bare token.</summary>
internal sealed class VerifyCredentials(IAccountStore accounts, CredentialCache cache)
{
    /// <summary>A longer text is no secret of ours, and is not hashed.</summary>
    private const int MaxSecretLength = 1024;

    /// <summary>The account, if these credentials were found good a moment ago.</summary>
    public VerifiedAccount? FindKnown(string network, string? user, string secret) => cache.Find(network, user ?? "", secret);

    /// <param name="network">The caller's network.</param>
    /// <param name="user">The login name; null when only a token was given.</param>
    /// <param name="secret">An app password, or with a login name the password.</param>
    /// <param name="triesPassword">True when the secret may be the password; otherwise it must be an app password.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The account; null when the credentials are wrong.</returns>
    public async ValueTask<VerifiedAccount?> RunAsync(
        string network,
        string? user,
        string secret,
        bool triesPassword,
        CancellationToken cancellationToken
    )
    {
        if (secret.Length is 0 or > MaxSecretLength || (user is not null && !LoginName.IsPossible(user)))
            return null;
        if (FindKnown(network, user, secret) is { } known)
            return known;

        var generation = cache.Generation;
        if (await FindAsync(user, secret, triesPassword, cancellationToken) is not { } verified)
            return null;

        cache.Add(network, user ?? "", secret, verified, generation);
        return verified;
    }

    /// <summary>The app password comes first: it costs a look-up, a password costs a hash made to be slow.</summary>
    private async Task<VerifiedAccount?> FindAsync(string? user, string secret, bool triesPassword, CancellationToken cancellationToken)
    {
        var tokenHash = Passwords.HashToken(secret);
        var owner = await accounts.FindByTokenHashAsync(tokenHash, cancellationToken);
        if (owner is not null && (user is null || LoginName.Key(owner.Id) == LoginName.Key(user)))
            return new VerifiedAccount(owner, new Credential { AccountId = owner.Id, TokenHash = tokenHash });
        if (user is null || !triesPassword)
            return null;

        var account = await accounts.FindAsync(user, cancellationToken);
        if (!Passwords.Verify(account?.PasswordHash, secret, out var isWeak))
            return null;
        // Another login may have been faster, or another password was set: it is looked at again.
        if (isWeak && !await StrengthenAsync(account!, secret, cancellationToken))
            return await FindAsync(user, secret, triesPassword, cancellationToken);

        return new VerifiedAccount(account!, new Credential { AccountId = account!.Id, PasswordHash = account.PasswordHash });
    }

    /// <summary>Hashes the password anew: only while it is given can it be. False when the stored hash is another by now.</summary>
    private async Task<bool> StrengthenAsync(Account account, string password, CancellationToken cancellationToken)
    {
        var stronger = Passwords.Hash(password);
        try
        {
            if (!await accounts.TryStrengthenAsync(account.Id, account.PasswordHash, stronger, cancellationToken))
                return false;

            account.PasswordHash = stronger;
            return true;
        }
        catch (StoreUnavailableException)
        {
            // A database that can only be read still lets people log in.
            return true;
        }
    }
}

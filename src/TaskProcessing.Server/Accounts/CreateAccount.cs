namespace TaskProcessing.Server.Accounts;

/// <summary>Adds an account.</summary>
internal sealed class CreateAccount(IAccountStore accounts, TimeProvider time)
{
    /// <param name="id">The login name.</param>
    /// <param name="password">Any text that is long enough.</param>
    /// <param name="displayName">The name shown; null to show the login name.</param>
    /// <param name="isAdmin">True for an administrator.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>The mistake in a sentence; null when the account was added.</returns>
    public async Task<string?> RunAsync(string id, string password, string? displayName, bool isAdmin, CancellationToken cancellationToken)
    {
        if ((LoginName.Problem(id) ?? Passwords.Problem(password)) is { } problem)
            return problem;

        var account = new Account
        {
            Id = id,
            DisplayName = displayName ?? id,
            PasswordHash = Passwords.Hash(password),
            IsAdmin = isAdmin,
            CreatedAt = time.GetUtcNow(),
        };
        if (await accounts.TryAddAsync(account, cancellationToken))
            return null;

        // It may be spelled in another way.
        return $"There is a user \"{(await accounts.FindAsync(id, cancellationToken))?.Id ?? id}\" already";
    }
}

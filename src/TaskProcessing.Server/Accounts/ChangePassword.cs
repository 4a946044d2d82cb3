namespace TaskProcessing.Server.Accounts;

/// <summary>Sets an account's password; its app passwords stay.</summary>
internal sealed class ChangePassword(IAccountStore accounts, CredentialCache credentials)
{
    /// <returns>The mistake in a sentence; null when the password was changed.</returns>
    public async Task<string?> RunAsync(string accountId, string password, CancellationToken cancellationToken)
    {
        if (Passwords.Problem(password) is { } problem)
            return problem;

        var account = await accounts.FindAsync(accountId, cancellationToken);
        if (account is null || !await accounts.SetPasswordHashAsync(account.Id, Passwords.Hash(password), cancellationToken))
            return $"There is no user \"{accountId}\"";

        credentials.Clear();
        return null;
    }
}

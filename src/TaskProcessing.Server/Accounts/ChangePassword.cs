namespace TaskProcessing.Server.Accounts;

/// <summary>Sets an account's password; its app passwords stay.</summary>
internal sealed class ChangePassword(IAccountStore accounts)
{
    /// <returns>What is wrong, in a sentence; null when it was changed.</returns>
    public async Task<string?> RunAsync(string accountId, string password, CancellationToken cancellationToken)
    {
        if (Passwords.Misfit(password) is { } misfit)
            return misfit;

        return await accounts.SetPasswordHashAsync(accountId, Passwords.Hash(password), cancellationToken) ? null : $"There is no user \"{accountId}\"";
    }
}

namespace TaskProcessing.Server.Accounts;

/// <summary>Gives an account one more token to log in with.</summary>
internal sealed class CreateAppPassword(IAccountStore accounts, TimeProvider time)
{
    /// <returns>The token, which is kept nowhere; null when there is no such account.</returns>
    public async Task<string?> RunAsync(string accountId, string name, CancellationToken cancellationToken)
    {
        if (await accounts.FindAsync(accountId, cancellationToken) is not { } account)
            return null;

        var token = Passwords.NewToken();
        await accounts.AddAppPasswordAsync(
            new AppPassword
            {
                AccountId = account.Id,
                Name = name,
                TokenHash = Passwords.HashToken(token),
                CreatedAt = time.GetUtcNow(),
            },
            cancellationToken
        );
        return token;
    }
}

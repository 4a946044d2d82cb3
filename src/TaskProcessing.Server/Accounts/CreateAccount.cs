using System.Text.RegularExpressions;

namespace TaskProcessing.Server.Accounts;

/// <summary>Adds an account.</summary>
internal sealed partial class CreateAccount(IAccountStore accounts, TimeProvider time)
{
    /// <param name="id">The login name.</param>
    /// <param name="password">Any text that is not empty.</param>
    /// <param name="displayName">The name shown; null to show the login name.</param>
    /// <param name="isAdmin">Whether it is an administrator's.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>What is wrong, in a sentence; null when the account was added.</returns>
    public async Task<string?> RunAsync(string id, string password, string? displayName, bool isAdmin, CancellationToken cancellationToken)
    {
        if (!LoginName().IsMatch(id))
            return $"\"{id}\" is no login name: use 1 to 64 letters, digits, spaces or _ . @ - '";
        if (Passwords.Misfit(password) is { } misfit)
            return misfit;

        var account = new Account
        {
            Id = id,
            DisplayName = displayName ?? id,
            PasswordHash = Passwords.Hash(password),
            IsAdmin = isAdmin,
            CreatedAt = time.GetUtcNow(),
        };
        return await accounts.TryAddAsync(account, cancellationToken) ? null : $"There is a user \"{id}\" already";
    }

    /// <summary>Nextcloud's characters; the colon is left out, as it separates name and password.</summary>
    [GeneratedRegex(@"^[a-zA-Z0-9_.@\-' ]{1,64}\z")]
    private static partial Regex LoginName();
}

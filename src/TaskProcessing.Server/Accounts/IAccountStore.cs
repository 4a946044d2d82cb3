using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Accounts;

/// <summary>Keeps accounts and their app passwords. Each change raises the version of <see cref="ChangeTopic.Accounts"/> in the same transaction.</summary>
internal interface IAccountStore
{
    Task<Account?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>The account that an app password belongs to.</summary>
    Task<Account?> FindByTokenHashAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>By id.</summary>
    Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellationToken);

    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>False when the id is taken.</summary>
    Task<bool> TryAddAsync(Account account, CancellationToken cancellationToken);

    /// <summary>False when there is no such account.</summary>
    Task<bool> SetPasswordHashAsync(string id, string passwordHash, CancellationToken cancellationToken);

    Task AddAppPasswordAsync(AppPassword appPassword, CancellationToken cancellationToken);

    /// <summary>An account's app passwords, the oldest first.</summary>
    Task<IReadOnlyList<AppPassword>> ListAppPasswordsAsync(string accountId, CancellationToken cancellationToken);

    /// <summary>Removes an account's app passwords of that name; false when there is none.</summary>
    Task<bool> RemoveAppPasswordsAsync(string accountId, string name, CancellationToken cancellationToken);

    /// <summary>
    /// Those of the credentials whose account is still there and has the password hash or the app password that they name,
    /// if they name one. Their apps are not looked at.
    /// </summary>
    Task<IReadOnlyCollection<Credential>> ListGoodAsync(IReadOnlyCollection<Credential> credentials, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the account, its app passwords and its tasks: whoever gets the id later must not inherit them. Answers the
    /// tasks that had not ended; null when there is no such account.
    /// </summary>
    Task<IReadOnlyList<RemovedTask>?> RemoveAsync(string id, CancellationToken cancellationToken);
}

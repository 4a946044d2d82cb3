using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Accounts;

/// <summary>
/// Keeps accounts and their app passwords. Each change raises the version of <see cref="ChangeTopic.Accounts"/> in the same
/// transaction.
/// </summary>
internal interface IAccountStore
{
    /// <summary>
    /// The account of a login name, in any case. Impossible names are not looked up. All other methods need the stored
    /// spelling.
    /// </summary>
    Task<Account?> FindAsync(string name, CancellationToken cancellationToken);

    /// <summary>The account that an app password belongs to.</summary>
    Task<Account?> FindByTokenHashAsync(string tokenHash, CancellationToken cancellationToken);

    /// <summary>By id.</summary>
    Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellationToken);

    Task<bool> AnyAsync(CancellationToken cancellationToken);

    /// <summary>False when the id is taken, in any case.</summary>
    Task<bool> TryAddAsync(Account account, CancellationToken cancellationToken);

    /// <summary>False when there is no such account.</summary>
    Task<bool> SetPasswordHashAsync(string id, string passwordHash, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the hash of a password by a stronger one of the same password, also for the account's sessions, which go on. It is no
    /// change of the account. False when the account has another hash than the old one.
    /// </summary>
    Task<bool> TryStrengthenAsync(string id, string oldHash, string newHash, CancellationToken cancellationToken);

    Task AddAppPasswordAsync(AppPassword appPassword, CancellationToken cancellationToken);

    /// <summary>An account's app passwords, the oldest first.</summary>
    Task<IReadOnlyList<AppPassword>> ListAppPasswordsAsync(string accountId, CancellationToken cancellationToken);

    /// <summary>Removes an account's app passwords of that name; false when there is none.</summary>
    Task<bool> RemoveAppPasswordsAsync(string accountId, string name, CancellationToken cancellationToken);

    /// <summary>
    /// The credentials whose account exists and still has the password hash, the session or the app password that they name, if
    /// they name one. Their apps are not checked.
    /// </summary>
    Task<IReadOnlyCollection<Credential>> ListValidAsync(IReadOnlyCollection<Credential> credentials, CancellationToken cancellationToken);

    /// <summary>
    /// Removes the account, its app passwords and its tasks: a later account with the same id must not inherit them. Answers the
    /// tasks that had not ended; null when there is no such account.
    /// </summary>
    Task<IReadOnlyList<RemovedTask>?> RemoveAsync(string id, CancellationToken cancellationToken);
}

using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

internal sealed class AccountStore(Database database) : IAccountStore
{
    private static readonly ChangeTopic[] Topics = [ChangeTopic.Accounts];

    public Task<Account?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Accounts.FirstOrDefaultAsync(account => account.Id == id, cancellationToken), cancellationToken);

    public Task<Account?> FindByTokenHashAsync(string tokenHash, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => db.AppPasswords
                .Where(appPassword => appPassword.TokenHash == tokenHash)
                .Join(db.Accounts, appPassword => appPassword.AccountId, account => account.Id, (_, account) => account)
                .FirstOrDefaultAsync(cancellationToken),
            cancellationToken);

    public async Task<IReadOnlyList<Account>> ListAsync(CancellationToken cancellationToken)
    {
        var accounts = await database.ReadAsync(db => db.Accounts.ToListAsync(cancellationToken), cancellationToken);
        // Sorted here: databases differ in how they order letters.
        accounts.Sort((left, right) => string.CompareOrdinal(left.Id, right.Id));
        return accounts;
    }

    public Task<bool> AnyAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Accounts.AnyAsync(cancellationToken), cancellationToken);

    public Task<bool> TryAddAsync(Account account, CancellationToken cancellationToken) =>
        ChangeAsync(
            db => db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO accounts (id, display_name, password_hash, is_admin, created_at)
                VALUES ({account.Id}, {account.DisplayName}, {account.PasswordHash}, {account.IsAdmin}, {account.CreatedAt.ToUnixTimeMilliseconds()})
                ON CONFLICT (id) DO NOTHING
                """,
                CancellationToken.None),
            cancellationToken);

    public Task<bool> SetPasswordHashAsync(string id, string passwordHash, CancellationToken cancellationToken) =>
        ChangeAsync(
            db => db.Accounts
                .Where(account => account.Id == id)
                .ExecuteUpdateAsync(set => set.SetProperty(account => account.PasswordHash, passwordHash), CancellationToken.None),
            cancellationToken);

    public Task AddAppPasswordAsync(AppPassword appPassword, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
            {
                db.Add(appPassword);
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken);

    public async Task<IReadOnlyList<AppPassword>> ListAppPasswordsAsync(string accountId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db => db.AppPasswords.Where(appPassword => appPassword.AccountId == accountId).OrderBy(appPassword => appPassword.Id).ToListAsync(cancellationToken), cancellationToken);

    public Task<bool> RemoveAppPasswordsAsync(string accountId, string name, CancellationToken cancellationToken) =>
        ChangeAsync(
            db => db.AppPasswords
                .Where(appPassword => appPassword.AccountId == accountId && appPassword.Name == name)
                .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken);

    public async Task<IReadOnlyCollection<Credential>> ListGoodAsync(IReadOnlyCollection<Credential> credentials, CancellationToken cancellationToken)
    {
        var ids = credentials.Select(credential => credential.AccountId).OfType<string>().Distinct().ToList();
        var tokens = credentials.Select(credential => credential.TokenHash).OfType<string>().Distinct().ToList();
        var (passwords, owners) = await database.ReadAsync(
            async db => (
                await db.Accounts.Where(account => ids.Contains(account.Id)).ToDictionaryAsync(account => account.Id, account => account.PasswordHash, cancellationToken),
                await db.AppPasswords.Where(password => tokens.Contains(password.TokenHash)).ToDictionaryAsync(password => password.TokenHash, password => password.AccountId, cancellationToken)),
            cancellationToken);
        return [.. credentials.Where(IsGood)];

        bool IsGood(Credential credential) =>
            (credential.AccountId is null || passwords.ContainsKey(credential.AccountId))
            && (credential.PasswordHash is null || passwords[credential.AccountId!] == credential.PasswordHash)
            && (credential.TokenHash is null || owners.GetValueOrDefault(credential.TokenHash) == credential.AccountId);
    }

    public async Task<IReadOnlyList<RemovedTask>?> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        List<RemovedTask> unfinished = [];
        var isRemoved = await ChangeAsync(
            async db =>
            {
                // App passwords go with their account by foreign key.
                var removed = await db.Accounts.Where(account => account.Id == id).ExecuteDeleteAsync(CancellationToken.None);
                if (removed == 0)
                    return 0;

                unfinished = await db.Database
                    .SqlQuery<RemovedTask>($"""DELETE FROM tasks WHERE user_id = {id} AND status IN (1, 2) RETURNING id AS "Id", user_id AS "UserId" """)
                    .ToListAsync(CancellationToken.None);
                await db.Tasks.Where(task => task.UserId == id).ExecuteDeleteAsync(CancellationToken.None);
                await db.Files.Where(file => file.UserId == id).ExecuteDeleteAsync(CancellationToken.None);
                return removed;
            },
            cancellationToken);
        return isRemoved ? unfinished : null;
    }

    private Task<bool> ChangeAsync(Func<TaskDbContext, Task<int>> change, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(database, Topics, change, cancellationToken);
}

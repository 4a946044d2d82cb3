using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Configurations;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store;

internal sealed class AccountStore(Database database, Dialect dialect) : IAccountStore
{
    /// <summary>The number of rows in one transaction.</summary>
    private const int BatchSize = 500;

    private static readonly ChangeTopic[] Topics = [ChangeTopic.Accounts];

    public async Task<Account?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (!LoginName.IsPossible(name))
            return null;

        var key = LoginName.Key(name);
        return await database.ReadAsync(
            db =>
                db.Accounts.FirstOrDefaultAsync(
                    account => EF.Property<string>(account, AccountConfiguration.LoginKey) == key,
                    cancellationToken
                ),
            cancellationToken
        );
    }

    public Task<Account?> FindByTokenHashAsync(string tokenHash, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.AppPasswords.Where(appPassword => appPassword.TokenHash == tokenHash)
                    .Join(db.Accounts, appPassword => appPassword.AccountId, account => account.Id, (_, account) => account)
                    .FirstOrDefaultAsync(cancellationToken),
            cancellationToken
        );

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
            async db =>
            {
                var added = await db.Database.ExecuteSqlAsync(
                    $"""
                    INSERT INTO accounts (id, login_key, display_name, password_hash, is_admin, created_at)
                    VALUES ({account.Id}, {LoginName.Key(account.Id)}, {account.DisplayName}, {account.PasswordHash},
                        {account.IsAdmin}, {account.CreatedAt.ToUnixTimeMilliseconds()})
                    ON CONFLICT DO NOTHING
                    """,
                    CancellationToken.None
                );
                if (added > 0)
                {
                    // A login is remembered for a moment longer than its account is there: tasks that were scheduled in it.
                    await db.Tasks.Where(task => task.UserId == account.Id).ExecuteDeleteAsync(CancellationToken.None);
                    db.Add(HomeOf(account));
                    await db.SaveChangesAsync(CancellationToken.None);
                }

                return added;
            },
            cancellationToken
        );

    public Task<bool> SetPasswordHashAsync(string id, string passwordHash, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
                db.Accounts.Where(account => account.Id == id)
                    .ExecuteUpdateAsync(set => set.SetProperty(account => account.PasswordHash, passwordHash), CancellationToken.None),
            cancellationToken
        );

    public Task<bool> TryStrengthenAsync(string id, string oldHash, string newHash, CancellationToken cancellationToken)
    {
        var (oldStamp, newStamp) = (Session.StampOf(oldHash), Session.StampOf(newHash));
        return database.TransactAsync(
            async db =>
            {
                var changed = await db
                    .Accounts.Where(account => account.Id == id && account.PasswordHash == oldHash)
                    .ExecuteUpdateAsync(set => set.SetProperty(account => account.PasswordHash, newHash), CancellationToken.None);
                if (changed > 0)
                    await db
                        .Sessions.Where(session => session.AccountId == id && session.PasswordStamp == oldStamp)
                        .ExecuteUpdateAsync(set => set.SetProperty(session => session.PasswordStamp, newStamp), CancellationToken.None);
                return changed > 0;
            },
            cancellationToken
        );
    }

    public Task AddAppPasswordAsync(AppPassword appPassword, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
            {
                db.Add(appPassword);
                return db.SaveChangesAsync(CancellationToken.None);
            },
            cancellationToken
        );

    public async Task<IReadOnlyList<AppPassword>> ListAppPasswordsAsync(string accountId, CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.AppPasswords.Where(appPassword => appPassword.AccountId == accountId)
                    .OrderBy(appPassword => appPassword.Id)
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<bool> RemoveAppPasswordsAsync(string accountId, string name, CancellationToken cancellationToken) =>
        ChangeAsync(
            db =>
                db.AppPasswords.Where(appPassword => appPassword.AccountId == accountId && appPassword.Name == name)
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public async Task<IReadOnlyCollection<Credential>> ListValidAsync(
        IReadOnlyCollection<Credential> credentials,
        CancellationToken cancellationToken
    )
    {
        var ids = credentials.Select(credential => credential.AccountId).OfType<string>().Distinct().ToList();
        var tokens = credentials.Select(credential => credential.TokenHash).OfType<string>().Distinct().ToList();
        var sessions = credentials.Select(credential => credential.SessionHash).OfType<string>().Distinct().ToList();
        var (passwords, owners, open) = await database.ReadAsync(
            async db =>
                (
                    await db
                        .Accounts.Where(account => ids.Contains(account.Id))
                        .ToDictionaryAsync(account => account.Id, account => account.PasswordHash, cancellationToken),
                    await db
                        .AppPasswords.Where(password => tokens.Contains(password.TokenHash))
                        .ToDictionaryAsync(password => password.TokenHash, password => password.AccountId, cancellationToken),
                    sessions.Count == 0
                        ? []
                        : await db
                            .Sessions.Where(session => sessions.Contains(session.TokenHash))
                            .Select(session => session.TokenHash)
                            .ToListAsync(cancellationToken)
                ),
            cancellationToken
        );
        return [.. credentials.Where(IsGood)];

        bool IsGood(Credential credential) =>
            (credential.AccountId is null || passwords.ContainsKey(credential.AccountId))
            && (credential.PasswordHash is null || passwords[credential.AccountId!] == credential.PasswordHash)
            && (credential.SessionHash is null || open.Contains(credential.SessionHash))
            && (credential.TokenHash is null || owners.GetValueOrDefault(credential.TokenHash) == credential.AccountId);
    }

    public async Task<IReadOnlyList<RemovedTask>?> RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await RemoveBelongingsAsync(id, cancellationToken);
        List<RemovedTask> unfinished = [];
        var isRemoved = await ChangeAsync(
            async db =>
            {
                // App passwords are removed with their account by foreign key.
                var removed = await db.Accounts.Where(account => account.Id == id).ExecuteDeleteAsync(CancellationToken.None);
                if (removed == 0)
                    return 0;

                unfinished = await db
                    .Database.SqlQuery<RemovedTask>(
                        $"""DELETE FROM tasks WHERE user_id = {id} AND status IN (1, 2) RETURNING id AS "Id", user_id AS "UserId" """
                    )
                    .ToListAsync(CancellationToken.None);
                await db.Tasks.Where(task => task.UserId == id).ExecuteDeleteAsync(CancellationToken.None);
                await db.Files.Where(file => file.UserId == id).ExecuteDeleteAsync(CancellationToken.None);
                return removed;
            },
            cancellationToken
        );
        return isRemoved ? unfinished : null;
    }

    /// <summary>
    /// Removes in portions, between which others write, the rows that one statement would take long for: files, and tasks
    /// that have ended. New rows go with the account, as does the home folder: the account may yet stay.
    /// </summary>
    private async Task RemoveBelongingsAsync(string id, CancellationToken cancellationToken)
    {
        while (
            await RemoveAsync(
                $"""
                DELETE FROM files
                WHERE id IN (SELECT id FROM files WHERE user_id = {id} AND parent_id <> {(long)FileTree.Files} LIMIT {BatchSize})
                """
            )
        ) { }

        while (
            await RemoveAsync(
                $"""
                DELETE FROM tasks
                WHERE status NOT IN (1, 2) AND id IN (SELECT id FROM tasks WHERE user_id = {id} AND status NOT IN (1, 2) LIMIT {BatchSize})
                """
            )
        ) { }

        // Locks the account, as all changes of several files of the user do, so that no two of them wait for each other
        // crosswise.
        async Task<bool> RemoveAsync(FormattableString statement) =>
            await database.TransactAsync(
                async db =>
                    await dialect.LockAccountAsync(db, id) ? await db.Database.ExecuteSqlAsync(statement, CancellationToken.None) : 0,
                cancellationToken
            ) == BatchSize;
    }

    private static StoredFile HomeOf(Account account) =>
        new()
        {
            UserId = account.Id,
            ParentId = (long)FileTree.Files,
            Name = "",
            IsFolder = true,
            Revision = StoredFile.NewRevision(),
            ModifiedAt = account.CreatedAt,
            CreatedAt = account.CreatedAt,
        };

    private Task<bool> ChangeAsync(Func<TaskDbContext, Task<int>> change, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(database, Topics, change, cancellationToken);
}

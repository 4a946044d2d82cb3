using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Store;

internal sealed class SessionStore(Database database) : ISessionStore
{
    private static readonly ChangeTopic[] Topics = [ChangeTopic.Accounts];

    public Task AddAsync(Session session, int most, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                db.Add(session);
                await db.SaveChangesAsync(CancellationToken.None);
                var older = db
                    .Sessions.Where(other => other.AccountId == session.AccountId)
                    .OrderByDescending(other => other.CreatedAt)
                    .ThenBy(other => other.TokenHash)
                    .Skip(most)
                    .Select(other => other.TokenHash);
                return await db.Sessions.Where(other => older.Contains(other.TokenHash)).ExecuteDeleteAsync(CancellationToken.None);
            },
            cancellationToken
        );

    public Task<SessionOfAccount?> FindAsync(string tokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.Sessions.Where(session => session.TokenHash == tokenHash && session.EndsAt > now)
                    .Join(
                        db.Accounts,
                        session => session.AccountId,
                        account => account.Id,
                        (session, account) => new SessionOfAccount(session, account)
                    )
                    .FirstOrDefaultAsync(cancellationToken),
            cancellationToken
        );

    public Task<bool> RemoveAsync(string tokenHash, CancellationToken cancellationToken) =>
        ChangeStore.ChangeAsync(
            database,
            Topics,
            db => db.Sessions.Where(session => session.TokenHash == tokenHash).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.Sessions.Where(session => session.EndsAt <= before).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );
}

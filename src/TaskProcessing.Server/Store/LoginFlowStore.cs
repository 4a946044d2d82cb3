using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.LoginFlows;

namespace TaskProcessing.Server.Store;

internal sealed class LoginFlowStore(Database database) : ILoginFlowStore
{
    /// <summary>On PostgreSQL a few more may get in at the same time, which does no harm.</summary>
    public Task<bool> TryAddAsync(LoginFlow flow, int mostOfNetwork, int most, CancellationToken cancellationToken) =>
        database.TransactAsync(
            async db =>
            {
                var waiting = db.LoginFlows.Where(other => other.EndsAt > flow.CreatedAt);
                if (
                    await waiting.CountAsync(CancellationToken.None) >= most
                    || await waiting.CountAsync(other => other.Network == flow.Network, CancellationToken.None) >= mostOfNetwork
                )
                    return false;

                db.Add(flow);
                await db.SaveChangesAsync(CancellationToken.None);
                return true;
            },
            cancellationToken
        );

    public Task<LoginFlow?> FindWaitingAsync(string loginTokenHash, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
                db.LoginFlows.FirstOrDefaultAsync(
                    flow => flow.LoginTokenHash == loginTokenHash && flow.AccountId == null && flow.EndsAt > now,
                    cancellationToken
                ),
            cancellationToken
        );

    public Task<bool> GrantAsync(string loginTokenHash, string accountId, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
                await db
                    .LoginFlows.Where(flow => flow.LoginTokenHash == loginTokenHash && flow.AccountId == null && flow.EndsAt > now)
                    .ExecuteUpdateAsync(set => set.SetProperty(flow => flow.AccountId, accountId), CancellationToken.None) > 0,
            cancellationToken
        );

    public Task<bool> RefuseAsync(string loginTokenHash, CancellationToken cancellationToken) =>
        database.WriteAsync(
            async db =>
                await db
                    .LoginFlows.Where(flow => flow.LoginTokenHash == loginTokenHash && flow.AccountId == null)
                    .ExecuteDeleteAsync(CancellationToken.None) > 0,
            cancellationToken
        );

    public async Task<GrantedLogin?> TakeGrantedAsync(string pollTokenHash, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // A client asks every second or so; only a granted flow is worth a write.
        var isGranted = await database.ReadAsync(
            db =>
                db.LoginFlows.AnyAsync(
                    flow => flow.PollTokenHash == pollTokenHash && flow.AccountId != null && flow.EndsAt > now,
                    cancellationToken
                ),
            cancellationToken
        );
        if (!isGranted)
            return null;

        var taken = await database.WriteAsync(
            db =>
                db.Database.SqlQuery<GrantedLogin>(
                        $"""
                        DELETE FROM login_flows
                        WHERE poll_token_hash = {pollTokenHash} AND account_id IS NOT NULL AND ends_at > {now.ToUnixTimeMilliseconds()}
                        RETURNING account_id AS "AccountId", client_name AS "ClientName"
                        """
                    )
                    .ToListAsync(CancellationToken.None),
            cancellationToken
        );
        return taken.SingleOrDefault();
    }

    public Task ForgetAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db => db.LoginFlows.Where(flow => flow.EndsAt <= before).ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );
}

using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Tasks.Scheduling;

namespace TaskProcessing.Server.Store.Queue;

/// <summary>
/// The statements of the keys. Each decides by the row of the key alone: within one statement PostgreSQL sees the newest
/// version of a row that it waited for, but no other change that its rival committed.
/// </summary>
internal static class IdempotencyKeys
{
    /// <summary>True when the key was free, or had expired, and is the caller's now; waits for a rival to commit.</summary>
    public static async Task<bool> TryTakeAsync(TaskDbContext db, IdempotencyKey key)
    {
        var now = key.Now.ToUnixTimeMilliseconds();
        return await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO idempotency_keys (party, app_id, key, request, task_id, created_at)
                VALUES ({key.Party}, {key.AppId}, {key.Key}, {key.Request}, 0, {now})
                ON CONFLICT (party, app_id, key) DO UPDATE SET request = {key.Request}, task_id = 0, created_at = {now}
                WHERE idempotency_keys.created_at < {key.ForgottenBefore.ToUnixTimeMilliseconds()}
                """,
                CancellationToken.None
            ) > 0;
    }

    /// <summary>
    /// True when the key belonged to a deleted task, and is the caller's now. To be called after <see cref="TryTakeAsync"/>, which holds
    /// the row of the key until the transaction ends, also when it does not take it.
    /// </summary>
    public static async Task<bool> TryTakeFromDeletedAsync(TaskDbContext db, IdempotencyKey key) =>
        await Of(db, key)
            .Where(known => !db.Tasks.Any(task => task.Id == known.TaskId))
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(known => known.Request, key.Request)
                        .SetProperty(known => known.TaskId, 0)
                        .SetProperty(known => known.CreatedAt, key.Now),
                CancellationToken.None
            ) > 0;

    public static Task<int> AssignAsync(TaskDbContext db, IdempotencyKey key, long taskId) =>
        Of(db, key).ExecuteUpdateAsync(set => set.SetProperty(known => known.TaskId, taskId), CancellationToken.None);

    public static async Task<KeyedTask?> FindAsync(TaskDbContext db, IdempotencyKey key, CancellationToken cancellationToken)
    {
        var found = await (
            from known in Of(db, key)
            where known.CreatedAt >= key.ForgottenBefore
            join task in db.Tasks on known.TaskId equals task.Id
            select new { known.Request, Task = task }
        ).FirstOrDefaultAsync(cancellationToken);
        return found is null ? null : new KeyedTask(found.Task, found.Request == key.Request);
    }

    private static IQueryable<StoredIdempotencyKey> Of(TaskDbContext db, IdempotencyKey key) =>
        db.IdempotencyKeys.Where(known => known.Party == key.Party && known.AppId == key.AppId && known.Key == key.Key);
}

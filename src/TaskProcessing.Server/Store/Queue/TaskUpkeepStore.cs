using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Store.Webhooks;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Webhooks;

namespace TaskProcessing.Server.Store.Queue;

internal sealed class TaskUpkeepStore(Database database, Dialect dialect, WebhookOutbox outbox, WebhookSignal webhookSignal) : ITaskUpkeep
{
    public Task<DateTimeOffset?> FindNextDueAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(
            async db =>
            {
                var lease = await db
                    .Tasks.Where(task => task.Status == ProcessingStatus.Running && task.LeaseUntil != null)
                    .OrderBy(task => task.LeaseUntil)
                    .Select(task => task.LeaseUntil)
                    .FirstOrDefaultAsync(cancellationToken);
                var delay = await db
                    .Tasks.Where(task => task.NotBefore != null)
                    .OrderBy(task => task.NotBefore)
                    .Select(task => task.NotBefore)
                    .FirstOrDefaultAsync(cancellationToken);
                return lease is null || delay < lease ? delay : lease;
            },
            cancellationToken
        );

    public Task<IReadOnlyList<ProcessingTask>> ReturnLostAsync(
        int mostAttempts,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var line = TaskHistory.Line(now, TaskHistory.Lost, TaskHistory.Server, "the worker was silent until its lease ended");
        return ChangeAsync(TaskStatements.Lose, [now.ToUnixTimeMilliseconds(), line, limit, mostAttempts], cancellationToken);
    }

    public async Task<IReadOnlyList<ProcessingTask>> GiveUpLostAsync(
        int mostAttempts,
        int limit,
        DateTimeOffset now,
        CancellationToken cancellationToken
    )
    {
        var error =
            $"Given up after {mostAttempts} attempts: the worker was silent until its lease ended. "
            + "It crashed, was stopped, or lost its connection.";
        var line = TaskHistory.Line(now, TaskHistory.Failed, TaskHistory.Server, error);
        object[] values =
        [
            now.ToUnixTimeMilliseconds(),
            line,
            limit,
            mostAttempts,
            error,
            $"The task could not be processed: its worker stopped answering, {mostAttempts} times.",
        ];
        var failed = await database.ChangeAsync(
            async connection =>
            {
                var tasks = await connection.ChangeTasksAsync(TaskStatements.GiveUp, values, TaskRow.Read);
                foreach (var task in tasks)
                    await outbox.AddAsync(connection, task, now);
                return tasks;
            },
            atomic: true,
            cancellationToken
        );
        if (failed.Exists(task => task.HasWebhook))
            webhookSignal.Set();
        return failed;
    }

    public Task<IReadOnlyList<ProcessingTask>> WakeDelayedAsync(int limit, DateTimeOffset now, CancellationToken cancellationToken) =>
        ChangeAsync(TaskStatements.WakeDelayed, [now.ToUnixTimeMilliseconds(), limit], cancellationToken);

    public async Task<IReadOnlyList<string>> ListTypesAsync(CancellationToken cancellationToken) =>
        await database.ReadAsync(
            db =>
                db.Tasks.Where(task => task.Status != ProcessingStatus.Scheduled && task.Status != ProcessingStatus.Running)
                    .Select(task => task.Type)
                    .Distinct()
                    .ToListAsync(cancellationToken),
            cancellationToken
        );

    public Task<IReadOnlyList<RemovedTask>> DeleteOldEndedAsync(
        string type,
        ProcessingStatus status,
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    ) => DeleteAsync(TaskStatements.DeleteOldEnded, [before.ToUnixTimeMilliseconds(), limit, type, (int)status], cancellationToken);

    public async Task<IReadOnlyList<RemovedTask>> DeleteOldUnendedAsync(
        DateTimeOffset before,
        int limit,
        CancellationToken cancellationToken
    )
    {
        object?[] values = [before.ToUnixTimeMilliseconds(), limit];
        var scheduled = await DeleteAsync(TaskStatements.DeleteOldScheduled, values, cancellationToken);
        return scheduled.Count > 0 ? scheduled : await DeleteAsync(TaskStatements.DeleteOldRunning, values, cancellationToken);
    }

    public Task<int> DeleteOldKeysAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.WriteAsync(
            db =>
                db.IdempotencyKeys.Where(key => key.CreatedAt < before)
                    .OrderBy(key => key.CreatedAt)
                    .Take(limit)
                    .ExecuteDeleteAsync(CancellationToken.None),
            cancellationToken
        );

    public async Task<bool> ReclaimSpaceAsync(CancellationToken cancellationToken)
    {
        if (dialect.ReclaimSpace is not { } space || !await AnyAsync())
            return false;

        await database.WriteAsync(db => db.Database.ExecuteSqlRawAsync(space.Statement, CancellationToken.None), cancellationToken);
        return await AnyAsync();

        Task<bool> AnyAsync() =>
            database.ReadAsync(
                async db => (await db.Database.SqlQueryRaw<long>(space.Query).ToListAsync(cancellationToken))[0] > 0,
                cancellationToken
            );
    }

    private async Task<IReadOnlyList<RemovedTask>> DeleteAsync(
        Statement statement,
        object?[] values,
        CancellationToken cancellationToken
    ) =>
        await database.ChangeAsync(
            connection =>
                connection.QueryAsync(statement, values, static row => new RemovedTask(row.Int64(0), row.IsNull(1) ? null : row.Text(1))),
            atomic: false,
            cancellationToken
        );

    private async Task<IReadOnlyList<ProcessingTask>> ChangeAsync(
        Statement statement,
        object?[] values,
        CancellationToken cancellationToken
    ) =>
        await database.ChangeAsync(
            connection => connection.ChangeTasksAsync(statement, values, TaskRow.Read),
            atomic: false,
            cancellationToken
        );
}

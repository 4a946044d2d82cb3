using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>How the stores reach the database: to read, to write one statement, to write several as one.</summary>
internal sealed class Database(IDbContextFactory<TaskDbContext> contexts, Dialect dialect, Outages outages)
{
    public Task<T> ReadAsync<T>(Func<TaskDbContext, Task<T>> read, CancellationToken cancellationToken) =>
        GuardAsync(
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                return await read(db);
            },
            writing: false);

    /// <summary>
    /// Runs one writing statement. Cancelling ends the wait for its turn only: once begun it runs to its end, so that
    /// nothing is changed without the caller hearing of it.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        GuardAsync(
            async () =>
            {
                using var turn = await dialect.QueueToWriteAsync(cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
                return await write(db);
            },
            writing: true);

    /// <summary>As <see cref="WriteAsync"/>, for statements that take effect together or, when one throws, not at all.</summary>
    public Task<T> TransactAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        WriteAsync(
            async db =>
            {
                await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
                var answer = await write(db);
                await transaction.CommitAsync(CancellationToken.None);
                return answer;
            },
            cancellationToken);

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, bool writing)
    {
        try
        {
            var answer = await work();
            outages.Worked(dialect.Location, writing);
            return answer;
        }
        catch (Exception error) when (dialect.IsOutage(error))
        {
            var reason = error.GetBaseException().Message;
            outages.Failed(dialect.Location, reason, writing);
            throw new StoreUnavailableException($"{dialect.Location} cannot be used now: {reason}", error) { IsFull = dialect.IsFull(error) };
        }
    }
}

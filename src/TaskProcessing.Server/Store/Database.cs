using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>How the stores reach the database: to read, to write one statement, to write several as one.</summary>
internal sealed class Database(IDbContextFactory<TaskDbContext> contexts, Dialect dialect)
{
    public async Task<T> ReadAsync<T>(Func<TaskDbContext, Task<T>> read, CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await contexts.CreateDbContextAsync(cancellationToken);
            return await read(db);
        }
        catch (Exception error) when (dialect.IsOutage(error))
        {
            throw Unavailable(error);
        }
    }

    /// <summary>
    /// Runs one writing statement. Cancelling ends the wait for its turn only: once begun it runs to its end, so that
    /// nothing is changed without the caller hearing of it.
    /// </summary>
    public async Task<T> WriteAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken)
    {
        try
        {
            using var turn = await dialect.QueueToWriteAsync(cancellationToken);
            cancellationToken.ThrowIfCancellationRequested();
            await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            return await write(db);
        }
        catch (Exception error) when (dialect.IsOutage(error))
        {
            throw Unavailable(error);
        }
    }

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

    /// <summary>Has other processes read anew what they keep in memory, once the transaction commits.</summary>
    public Task AnnounceChangeAsync(TaskDbContext db) =>
        dialect.AnnounceChange is { } statement ? db.Database.ExecuteSqlRawAsync(statement, CancellationToken.None) : Task.CompletedTask;

    private StoreUnavailableException Unavailable(Exception error) =>
        new($"{dialect.Location} cannot be used now: {error.GetBaseException().Message}", error);
}

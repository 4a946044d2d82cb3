using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Store;

/// <summary>
/// How the stores reach the database: to read, to write one statement, to write several as one. With a context for what
/// EF Core does; with a session for the statements of the hot paths.
/// </summary>
internal sealed class Database(IDbContextFactory<TaskDbContext> contexts, Dialect dialect, TaskCache cache, Outages outages) : IDisposable
{
    private readonly Sessions _sessions = dialect.OpenSessions(contexts, cache);

    /// <inheritdoc cref="Sessions.CanRemember"/>
    public bool CanRemember => _sessions.CanRemember;

    /// <inheritdoc cref="Sessions.IsCurrent"/>
    public bool IsCurrent() => _sessions.IsCurrent();

    public Task<T> ReadAsync<T>(Func<TaskDbContext, Task<T>> read, CancellationToken cancellationToken) =>
        GuardAsync(
            async () =>
            {
                await using var db = await contexts.CreateDbContextAsync(cancellationToken);
                return await read(db);
            },
            writing: false);

    /// <inheritdoc cref="Sessions.QueryAsync"/>
    public Task<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read, CancellationToken cancellationToken) =>
        GuardAsync(() => _sessions.QueryAsync(statement, values, read, cancellationToken), writing: false);

    /// <inheritdoc cref="Sessions.ChangeTasksAsync"/>
    public Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement, object?[] values, Func<IRow, ProcessingTask> read, long? row, CancellationToken cancellationToken) =>
        ChangeTasksAsync(statement, () => values, read, row, cancellationToken);

    /// <inheritdoc cref="Sessions.ChangeTasksAsync"/>
    public Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement, Func<object?[]> values, Func<IRow, ProcessingTask> read, long? row, CancellationToken cancellationToken) =>
        GuardAsync(() => _sessions.ChangeTasksAsync(statement, values, read, row, cancellationToken), writing: true);

    /// <summary>
    /// Runs one writing statement. Cancelling ends the wait for its turn only: once begun it runs to its end, so that
    /// nothing is changed without the caller hearing of it.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        ChangeAsync(session => new ValueTask<T>(write(session.Context)), together: false, cancellationToken);

    /// <summary>As <see cref="WriteAsync"/>, for statements that take effect together or, when one throws, not at all.</summary>
    public Task<T> TransactAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        ChangeAsync(session => new ValueTask<T>(write(session.Context)), together: true, cancellationToken);

    /// <summary>Has other processes read anew what they keep in memory, once the transaction commits.</summary>
    public Task AnnounceChangeAsync(TaskDbContext db) =>
        dialect.AnnounceChange is { } statement ? db.Database.ExecuteSqlRawAsync(statement, CancellationToken.None) : Task.CompletedTask;

    /// <summary>As <see cref="WriteAsync"/> or <see cref="TransactAsync"/>, for several hot statements.</summary>
    public Task<T> ChangeAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken) =>
        GuardAsync(() => _sessions.WriteAsync(write, together, cancellationToken), writing: true);

    public void Dispose() => _sessions.Dispose();

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, bool writing)
    {
        try
        {
            var answer = await work();
            outages.Worked(dialect.Location, writing);
            return answer;
        }
        catch (Exception error) when (error is not OperationCanceledException && dialect.IsOutage(error))
        {
            var reason = error.GetBaseException().Message;
            outages.Failed(dialect.Location, reason, writing);
            throw new StoreUnavailableException($"{dialect.Location} cannot be used now: {reason}", error) { IsFull = dialect.IsFull(error) };
        }
    }
}

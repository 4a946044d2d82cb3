using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store;

/// <summary>
/// The stores' access to the database: read, write one statement, write several statements as one. Ordinary queries get
/// an EF Core context, the statements of the hot paths a <see cref="StoreConnection"/>.
/// </summary>
internal sealed class Database(IDbContextFactory<TaskDbContext> contexts, Dialect dialect, Outages outages, TaskMetrics metrics)
    : IDisposable
{
    private readonly StoreConnections _connections = dialect.OpenConnections(contexts, metrics);

    public Task<T> ReadAsync<T>(Func<TaskDbContext, Task<T>> read, CancellationToken cancellationToken) =>
        GuardAsync(() => dialect.ReadAsync(contexts, read, cancellationToken), writing: false);

    /// <inheritdoc cref="StoreConnections.FindTaskAsync"/>
    public Task<ProcessingTask?> FindTaskAsync(long id, CancellationToken cancellationToken) =>
        GuardAsync(() => _connections.FindTaskAsync(id, cancellationToken), writing: false);

    /// <inheritdoc cref="StoreConnections.QueryAsync"/>
    public Task<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read, CancellationToken cancellationToken) =>
        GuardAsync(() => _connections.QueryAsync(statement, values, read, cancellationToken), writing: false);

    /// <inheritdoc cref="StoreConnections.ChangeTasksAsync"/>
    public Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        object?[] values,
        Func<IRow, ProcessingTask> read,
        long? row,
        CancellationToken cancellationToken
    ) => ChangeTasksAsync(statement, () => values, read, row, cancellationToken);

    /// <inheritdoc cref="StoreConnections.ChangeTasksAsync"/>
    public Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        Func<object?[]> values,
        Func<IRow, ProcessingTask> read,
        long? row,
        CancellationToken cancellationToken
    ) => GuardAsync(() => _connections.ChangeTasksAsync(statement, values, read, row, cancellationToken), writing: true);

    /// <inheritdoc cref="StoreConnections.WriteUnflushedAsync"/>
    public Task<List<T>> WriteUnflushedAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        long row,
        CancellationToken cancellationToken
    ) => GuardAsync(() => _connections.WriteUnflushedAsync(statement, values, read, row, cancellationToken), writing: true);

    /// <summary>
    /// Runs one writing statement. Cancelling ends the wait for its turn only: once begun it runs to its end, so that
    /// nothing is changed without the caller hearing of it.
    /// </summary>
    public Task<T> WriteAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        ChangeAsync(connection => new ValueTask<T>(write(connection.Context)), atomic: false, cancellationToken);

    /// <summary>As <see cref="WriteAsync"/>, for statements that take effect together or, when one throws, not at all.</summary>
    public Task<T> TransactAsync<T>(Func<TaskDbContext, Task<T>> write, CancellationToken cancellationToken) =>
        ChangeAsync(connection => new ValueTask<T>(write(connection.Context)), atomic: true, cancellationToken);

    /// <summary>Makes other processes drop their caches, once the transaction commits.</summary>
    public Task AnnounceChangeAsync(TaskDbContext db) =>
        dialect.AnnounceChange is { } statement ? db.Database.ExecuteSqlRawAsync(statement, CancellationToken.None) : Task.CompletedTask;

    /// <summary>As <see cref="WriteAsync"/> or <see cref="TransactAsync"/>, for several hot statements.</summary>
    public Task<T> ChangeAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken) =>
        GuardAsync(() => _connections.WriteAsync(write, atomic, cancellationToken), writing: true);

    public void Dispose() => _connections.Dispose();

    private async Task<T> GuardAsync<T>(Func<Task<T>> work, bool writing)
    {
        try
        {
            var answer = await work();
            outages.Worked(dialect.Location, writing);
            return answer;
        }
        catch (Exception error) when (error is not UnstorableTextException && UnstorableTextException.Find(error) is { } found)
        {
            // Entity Framework wraps exceptions of a save.
            throw found;
        }
        catch (Exception error) when (dialect.IsMissingOwner(error))
        {
            throw new MissingOwnerException(error);
        }
        catch (Exception error) when (error is not OperationCanceledException && dialect.IsOutage(error))
        {
            var reason = error.GetBaseException().Message;
            outages.Failed(dialect.Location, reason, writing);
            throw new StoreUnavailableException($"{dialect.Location} cannot be used now: {reason}", error)
            {
                IsFull = dialect.IsFull(error),
            };
        }
    }
}

using System.Collections.Concurrent;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>A pool of reading connections beside one writer.</summary>
internal sealed class SqliteStoreConnections(Func<SqliteStoreConnection> open, SqliteTaskCache cache, TaskMetrics metrics)
    : StoreConnections
{
    private readonly ConcurrentBag<SqliteStoreConnection> _readers = [];
    private SqliteWriter? _writer;

    private SqliteWriter Writer => LazyInitializer.EnsureInitialized(ref _writer, () => new SqliteWriter(open, cache, metrics));

    public override Task<ProcessingTask?> FindTaskAsync(long id, CancellationToken cancellationToken) =>
        cache.Find(id) is { } known ? Task.FromResult<ProcessingTask?>(known) : ReadTaskAsync(id, cancellationToken);

    public override async Task<List<T>> QueryAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        CancellationToken cancellationToken
    )
    {
        if (!_readers.TryTake(out var connection))
            connection = open();
        try
        {
            var rows = await connection.QueryAsync(statement, values, read);
            _readers.Add(connection);
            return rows;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public override Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        Func<object?[]> values,
        Func<IRow, ProcessingTask> read,
        long? row,
        CancellationToken cancellationToken
    ) => Writer.RunAsync(connection => connection.ChangeTasksAsync(statement, values(), read), atomic: false, cancellationToken);

    public override Task<T> WriteAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken) =>
        Writer.RunAsync(write, atomic, cancellationToken);

    public override void Dispose()
    {
        Writer.Dispose();
        foreach (var connection in _readers)
            connection.Dispose();
    }

    private async Task<ProcessingTask?> ReadTaskAsync(long id, CancellationToken cancellationToken)
    {
        var version = cache.Version;
        return await base.FindTaskAsync(id, cancellationToken) is { } task ? cache.KeepRead(task, version) : null;
    }
}

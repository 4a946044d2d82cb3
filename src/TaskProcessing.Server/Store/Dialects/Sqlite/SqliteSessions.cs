using System.Collections.Concurrent;
using TaskProcessing.Server.Store.Queue;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>Readers, each with a connection for the time of its read, beside one writer.</summary>
internal sealed class SqliteSessions(Func<SqliteSession> open, TaskCache cache) : Sessions
{
    private readonly ConcurrentBag<SqliteSession> _readers = [];
    private readonly OwnCommits _ownCommits = new(open, cache);
    private SqliteWriter? _writer;

    public override bool CanRemember => true;

    private SqliteWriter Writer => LazyInitializer.EnsureInitialized(ref _writer, () => new SqliteWriter(open, cache, _ownCommits));

    public override bool IsCurrent() => _ownCommits.AreAll();

    public override async Task<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read, CancellationToken cancellationToken)
    {
        if (!_readers.TryTake(out var session))
            session = open();
        try
        {
            var rows = await session.QueryAsync(statement, values, read);
            _readers.Add(session);
            return rows;
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public override Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement, Func<object?[]> values, Func<IRow, ProcessingTask> read, long? row, CancellationToken cancellationToken) =>
        Writer.RunAsync(session => session.ChangeTasksAsync(statement, values(), read), together: false, cancellationToken);

    public override Task<T> WriteAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken) =>
        Writer.RunAsync(write, together, cancellationToken);

    public override void Dispose()
    {
        Writer.Dispose();
        _ownCommits.Dispose();
        foreach (var session in _readers)
            session.Dispose();
    }
}

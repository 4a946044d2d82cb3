using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// Hot statements travel on lanes: readers, changes of one task each, and what waits for no other transaction, which are
/// claims and new tasks. All else has a connection of the pool. Writers work side by side.
/// </summary>
internal sealed class PostgreSqlSessions(IDbContextFactory<TaskDbContext> contexts, string laneConnectionString) : Sessions
{
    private readonly PostgreSqlLane _readers = new(laneConnectionString);
    private readonly PostgreSqlLane _changes = new(laneConnectionString);
    private readonly PostgreSqlLane _additions = new(laneConnectionString);

    public override bool CanRemember => false;

    public override bool IsCurrent() => false;

    public override Task<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read, CancellationToken cancellationToken) =>
        _readers.RunAsync(statement, () => values, read, row: null, cancellationToken);

    public override Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement, Func<object?[]> values, Func<IRow, ProcessingTask> read, long? row, CancellationToken cancellationToken) =>
        (row is null ? _additions : _changes).RunAsync(statement, values, read, row, cancellationToken);

    public override async Task<T> WriteAsync<T>(Func<Session, ValueTask<T>> write, bool together, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var db = await contexts.CreateDbContextAsync(CancellationToken.None);
        if (!together)
            return await write(new PostgreSqlSession(db));

        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        var answer = await write(new PostgreSqlSession(db));
        await transaction.CommitAsync(CancellationToken.None);
        return answer;
    }

    public override void Dispose()
    {
        _readers.Dispose();
        _changes.Dispose();
        _additions.Dispose();
    }
}

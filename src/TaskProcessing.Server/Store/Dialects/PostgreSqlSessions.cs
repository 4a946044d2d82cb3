using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>Connections from the pool: readers and writers work side by side, and the server gathers their commits.</summary>
internal sealed class PostgreSqlSessions(IDbContextFactory<TaskDbContext> contexts) : Sessions
{
    public override bool CanRemember => false;

    public override bool IsCurrent() => false;

    public override async Task<T> ReadAsync<T>(Func<Session, ValueTask<T>> read, CancellationToken cancellationToken)
    {
        await using var db = await contexts.CreateDbContextAsync(cancellationToken);
        return await read(new PostgreSqlSession(db));
    }

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
    }
}

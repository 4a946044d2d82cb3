using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>
/// Hot statements go through four batchers: reads; changes of one task each; claims and new tasks, which lock no known row; and
/// what is counted for all nodes, which need not reach the disk before its answer. Everything else uses a pooled connection.
/// </summary>
internal sealed class PostgreSqlStoreConnections(
    IDbContextFactory<TaskDbContext> contexts,
    PostgreSqlConnectionStrings strings,
    PostgreSqlPool pool,
    TaskMetrics metrics
) : StoreConnections
{
    /// <summary>The number of times that a write is tried whose transaction PostgreSQL breaks off for the sake of others.</summary>
    private const int Tries = 5;

    private readonly PostgreSqlBatcher _readers = new(strings.Batches, strings.BatchSettings, writes: false, metrics);
    private readonly PostgreSqlBatcher _changes = new(strings.Batches, strings.BatchSettings, writes: true, metrics);
    private readonly PostgreSqlBatcher _additions = new(strings.Batches, strings.BatchSettings, writes: true, metrics);
    private readonly PostgreSqlBatcher _counts = new(strings.Counts, strings.CountSettings, writes: false, metrics);

    public override Task<List<T>> QueryAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        CancellationToken cancellationToken
    ) => _readers.RunAsync(statement, () => values, read, row: null, cancellationToken);

    public override Task<List<ProcessingTask>> ChangeTasksAsync(
        Statement statement,
        Func<object?[]> values,
        Func<IRow, ProcessingTask> read,
        long? row,
        CancellationToken cancellationToken
    ) => (row is null ? _additions : _changes).RunAsync(statement, values, read, row, cancellationToken);

    public override Task<List<T>> WriteUnflushedAsync<T>(
        Statement statement,
        object?[] values,
        Func<IRow, T> read,
        long row,
        CancellationToken cancellationToken
    ) => _counts.RunAsync(statement, () => values, read, row, cancellationToken);

    public override async Task<T> WriteAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        for (var count = 1; ; count++)
        {
            try
            {
                return await WriteOnceAsync(write, atomic);
            }
            catch (Exception error) when (count < Tries && PostgreSqlErrors.IsToBeRepeated(error))
            {
                // The other transaction of a deadlock goes on at once.
            }
        }
    }

    public override void Dispose()
    {
        _readers.Dispose();
        _changes.Dispose();
        _additions.Dispose();
        _counts.Dispose();
    }

    private async Task<T> WriteOnceAsync<T>(Func<StoreConnection, ValueTask<T>> write, bool atomic)
    {
        await using var db = await OpenAsync(atomic);
        using var standby = new StandbyWatch((NpgsqlConnection)db.Database.GetDbConnection());
        var answer = await write(new PostgreSqlStoreConnection(db, pool));
        if (db.Database.CurrentTransaction is { } transaction)
            await transaction.CommitAsync(CancellationToken.None);
        standby.Check();
        return answer;
    }

    /// <summary>
    /// A context whose connection is known to be alive and to lead to a server that accepts writes, because the outcome
    /// of a write that breaks off is unknown. The test is sent along with the begin of the transaction.
    /// </summary>
    private async Task<TaskDbContext> OpenAsync(bool atomic)
    {
        for (var isLast = false; ; isLast = true)
        {
            var db = await contexts.CreateDbContextAsync(CancellationToken.None);
            try
            {
                await db.Database.OpenConnectionAsync(CancellationToken.None);
                var transaction = atomic ? await db.Database.BeginTransactionAsync(CancellationToken.None) : null;
                var connection = (NpgsqlConnection)db.Database.GetDbConnection();
                if (await PostgreSqlLink.IsAliveAsync(connection, (NpgsqlTransaction?)transaction?.GetDbTransaction()) || isLast)
                    return db;

                // Its neighbours in the pool will not be better.
                pool.Clear();
                await db.DisposeAsync();
            }
            catch
            {
                await db.DisposeAsync();
                throw;
            }
        }
    }
}

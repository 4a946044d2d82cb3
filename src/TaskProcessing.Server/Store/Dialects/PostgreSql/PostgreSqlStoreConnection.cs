using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The connection of a context. The driver prepares frequent statements, see <see cref="PostgreSqlDialect"/>.</summary>
internal sealed class PostgreSqlStoreConnection(TaskDbContext context, PostgreSqlPool pool) : StoreConnection
{
    public override TaskDbContext Context => context;

    private NpgsqlConnection Connection => (NpgsqlConnection)context.Database.GetDbConnection();

    private NpgsqlTransaction? Transaction => (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction();

    public override ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read) =>
        QueryEachAsync(statement, [values], read);

    /// <summary>All of them in one message.</summary>
    public override async ValueTask<List<T>> QueryEachAsync<T>(
        Statement statement,
        IReadOnlyCollection<object?[]> values,
        Func<IRow, T> read
    )
    {
        if (values.Count == 0)
            return [];

        await context.Database.OpenConnectionAsync(CancellationToken.None);
        try
        {
            await using var batch = new NpgsqlBatch(Connection, Transaction);
            foreach (var each in values)
                batch.BatchCommands.Add(PostgreSqlStatement.Command(statement, each));

            await using var reader = await batch.ExecuteReaderAsync(CancellationToken.None);
            var row = new PostgreSqlStatement.Row(reader);
            var rows = new List<T>();
            do
            {
                while (await reader.ReadAsync(CancellationToken.None))
                    rows.Add(read(row));
            } while (await reader.NextResultAsync(CancellationToken.None));
            return rows;
        }
        catch (DbException error)
        {
            pool.ClearAfter(error);
            throw;
        }
    }
}

using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>The connection of a context. The driver prepares what comes often, see <see cref="PostgreSqlDialect"/>.</summary>
internal sealed class PostgreSqlSession(TaskDbContext context) : Session
{
    public override TaskDbContext Context => context;

    public override async ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read)
    {
        await context.Database.OpenConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(
            PostgreSqlStatement.TextOf(statement),
            (NpgsqlConnection)context.Database.GetDbConnection(),
            (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction());
        PostgreSqlStatement.AddValues(command.Parameters, statement, values);

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var row = new PostgreSqlStatement.Row(reader);
        var rows = new List<T>();
        while (await reader.ReadAsync(CancellationToken.None))
            rows.Add(read(row));
        return rows;
    }

    /// <summary>Other nodes may change it at any time.</summary>
    protected override void Remember(ProcessingTask task)
    {
    }
}

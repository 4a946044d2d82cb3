using System.Collections.Concurrent;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;
using NpgsqlTypes;
using TaskProcessing.Server.Store.Statements;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Store.Dialects;

/// <summary>The connection of a context. The driver prepares what comes often, see <see cref="PostgreSqlDialect"/>.</summary>
internal sealed class PostgreSqlSession(TaskDbContext context) : Session
{
    private static readonly ConcurrentDictionary<Statement, string> Texts = new();

    public override TaskDbContext Context => context;

    public override async ValueTask<List<T>> QueryAsync<T>(Statement statement, object?[] values, Func<IRow, T> read)
    {
        await context.Database.OpenConnectionAsync(CancellationToken.None);
        await using var command = new NpgsqlCommand(
            Texts.GetOrAdd(statement, static added => added.For('$')),
            (NpgsqlConnection)context.Database.GetDbConnection(),
            (NpgsqlTransaction?)context.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var value in values)
            command.Parameters.Add(Parameter(value));

        await using var reader = await command.ExecuteReaderAsync(CancellationToken.None);
        var row = new Row(reader);
        var rows = new List<T>();
        while (await reader.ReadAsync(CancellationToken.None))
            rows.Add(read(row));
        return rows;
    }

    /// <summary>Other nodes may change it at any time.</summary>
    public override void Remember(ProcessingTask task)
    {
    }

    /// <summary>A null goes without a type and takes that of its place.</summary>
    private static NpgsqlParameter Parameter(object? value) => value switch
    {
        null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = NpgsqlDbType.Unknown },
        string text => new NpgsqlParameter<string> { TypedValue = text, NpgsqlDbType = NpgsqlDbType.Text },
        long number => new NpgsqlParameter<long> { TypedValue = number },
        int number => new NpgsqlParameter<int> { TypedValue = number },
        bool flag => new NpgsqlParameter<bool> { TypedValue = flag },
        double number => new NpgsqlParameter<double> { TypedValue = number },
        _ => throw new ArgumentException($"A statement takes no {value.GetType()}.", nameof(value)),
    };

    private sealed class Row(NpgsqlDataReader reader) : IRow
    {
        public bool IsNull(int column) => reader.IsDBNull(column);

        public long Int64(int column) => reader.GetInt64(column);

        public double Double(int column) => reader.GetDouble(column);

        public bool Boolean(int column) => reader.GetBoolean(column);

        public string Text(int column) => reader.GetString(column);
    }
}

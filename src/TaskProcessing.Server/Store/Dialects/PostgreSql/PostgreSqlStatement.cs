using System.Collections.Concurrent;
using Npgsql;
using NpgsqlTypes;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.PostgreSql;

/// <summary>A statement and its values as the driver wants them.</summary>
internal static class PostgreSqlStatement
{
    private static readonly ConcurrentDictionary<Statement, string> Texts = new();

    public static string TextOf(Statement statement) => statement.For('$', orFail: null);

    public static NpgsqlBatchCommand Command(Statement statement, object?[] values)
    {
        var command = new NpgsqlBatchCommand(Texts.GetOrAdd(statement, TextOf));
        for (var place = 0; place < values.Length; place++)
            command.Parameters.Add(Parameter(statement, place, values[place]));
        return command;
    }

    /// <summary>A prepared statement is found again only with the same types, so a null has its own.</summary>
    private static NpgsqlParameter Parameter(Statement statement, int place, object? value) =>
        value switch
        {
            null => new NpgsqlParameter { Value = DBNull.Value, NpgsqlDbType = TypeOf(statement, place) },
            string text => new NpgsqlParameter<string> { TypedValue = StorableText.Check(text), NpgsqlDbType = NpgsqlDbType.Text },
            long number => new NpgsqlParameter<long> { TypedValue = number },
            int number => new NpgsqlParameter<int> { TypedValue = number },
            bool flag => new NpgsqlParameter<bool> { TypedValue = flag },
            double number => new NpgsqlParameter<double> { TypedValue = number },
            _ => throw new ArgumentException($"A statement takes no {value.GetType()}.", nameof(value)),
        };

    private static NpgsqlDbType TypeOf(Statement statement, int place) =>
        statement.TypeOf(place) switch
        {
            "text" => NpgsqlDbType.Text,
            "bigint" => NpgsqlDbType.Bigint,
            "integer" => NpgsqlDbType.Integer,
            "double" => NpgsqlDbType.Double,
            "boolean" => NpgsqlDbType.Boolean,
            var other => throw new InvalidOperationException($"A statement takes no {other}."),
        };

    /// <summary>The current row of a reader.</summary>
    public sealed class Row(NpgsqlDataReader reader) : IRow
    {
        public bool IsNull(int column) => reader.IsDBNull(column);

        public long Int64(int column) => reader.GetInt64(column);

        public double Double(int column) => reader.GetDouble(column);

        public bool Boolean(int column) => reader.GetBoolean(column);

        public string Text(int column) => reader.GetString(column);
    }
}

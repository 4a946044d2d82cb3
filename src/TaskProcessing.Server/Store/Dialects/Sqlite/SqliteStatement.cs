using System.Buffers;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;
using TaskProcessing.Server.Store.Statements;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>
/// A prepared statement, straight on SQLite: an insert with its forty parameters takes a third of the time that it takes
/// through a command, which looks each of them up by name.
/// </summary>
internal sealed class SqliteStatement : IRow, IDisposable
{
    private const int StackBytes = 1024;

    private readonly sqlite3 _connection;
    private readonly sqlite3_stmt _statement;

    public SqliteStatement(sqlite3 connection, string text)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v2(connection, text, out _statement));
    }

    /// <remarks>
    /// Without OR FAIL SQLite copies every page before a statement that returns rows changes it, into a file when there are many.
    /// </remarks>
    public static string TextOf(Statement statement) => statement.For('?', "OR FAIL");

    public List<T> Run<T>(object?[] values, Func<IRow, T> read)
    {
        try
        {
            for (var i = 0; i < values.Length; i++)
                Check(Bind(i + 1, values[i]));

            var rows = new List<T>();
            while (Step())
                rows.Add(read(this));
            return rows;
        }
        finally
        {
            _ = raw.sqlite3_reset(_statement);
            _ = raw.sqlite3_clear_bindings(_statement);
        }
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Int64(int column) => raw.sqlite3_column_int64(_statement, column);

    public double Double(int column) => raw.sqlite3_column_double(_statement, column);

    public bool Boolean(int column) => raw.sqlite3_column_int(_statement, column) != 0;

    public string Text(int column) => Encoding.UTF8.GetString(raw.sqlite3_column_blob(_statement, column));

    public void Dispose() => _statement.Dispose();

    private bool Step()
    {
        var result = raw.sqlite3_step(_statement);
        if (result is not (raw.SQLITE_ROW or raw.SQLITE_DONE))
            Check(result);
        return result == raw.SQLITE_ROW;
    }

    private int Bind(int place, object? value) =>
        value switch
        {
            null => raw.SQLITE_OK, // bindings were cleared
            string text => BindText(place, StorableText.Check(text)),
            long number => raw.sqlite3_bind_int64(_statement, place, number),
            int number => raw.sqlite3_bind_int64(_statement, place, number),
            bool flag => raw.sqlite3_bind_int(_statement, place, flag ? 1 : 0),
            double number => raw.sqlite3_bind_double(_statement, place, number),
            _ => throw new ArgumentException($"A statement takes no {value.GetType()}.", nameof(value)),
        };

    private int BindText(int place, string text)
    {
        var longest = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (longest <= StackBytes)
        {
            Span<byte> bytes = stackalloc byte[StackBytes];
            return raw.sqlite3_bind_text(_statement, place, bytes[..Encoding.UTF8.GetBytes(text, bytes)]);
        }

        var rented = ArrayPool<byte>.Shared.Rent(longest);
        try
        {
            return raw.sqlite3_bind_text(_statement, place, rented.AsSpan(0, Encoding.UTF8.GetBytes(text, rented)));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection);
}

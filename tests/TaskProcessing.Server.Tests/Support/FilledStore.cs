using System.Globalization;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// Rows in every table of the model, made from the model, so that a new table or column is there without anybody thinking of it.
/// </summary>
internal static class FilledStore
{
    private const int RowsPerTable = 3;

    /// <summary>All rows of all tables of the file but those of the migrations, as sorted texts, whatever the model says.</summary>
    public static async Task<Dictionary<string, List<string>>> ReadAsync(System.Data.Common.DbConnection connection, string listTables)
    {
        var tables = (await QueryAsync(connection, listTables)).Where(table => !table.StartsWith("__EF", StringComparison.Ordinal));
        var rows = new Dictionary<string, List<string>>();
        foreach (var table in tables)
            rows[table] = [.. (await QueryAsync(connection, $"SELECT * FROM {table}")).Order(StringComparer.Ordinal)];
        return rows;
    }

    public static async Task FillAsync(TestDatabase database)
    {
        await using var db = database.OpenContext();
        await using var connection = new SqliteConnection($"Data Source={database.SqliteFile};Pooling=False");
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
        // The model's order is not that of foreign keys; they are checked at the end.
        command.CommandText = "PRAGMA foreign_keys = OFF";
        await command.ExecuteNonQueryAsync();
        foreach (var table in db.Model.GetRelationalModel().Tables)
        {
            for (var row = 0; row < RowsPerTable; row++)
                await InsertAsync(command, table, row);
        }

        command.Parameters.Clear();
        command.CommandText = "SELECT COUNT(*) FROM pragma_foreign_key_check";
        ((long)(await command.ExecuteScalarAsync())!).Should().Be(0);
    }

    private static async Task InsertAsync(SqliteCommand command, ITable table, int row)
    {
        command.Parameters.Clear();
        var columns = table.Columns.ToList();
        command.CommandText =
            $"INSERT INTO {table.Name} ({string.Join(", ", columns.Select(column => $"\"{column.Name}\""))}) "
            + $"VALUES ({string.Join(", ", columns.Select((_, i) => $"${i}"))})";
        for (var i = 0; i < columns.Count; i++)
            command.Parameters.AddWithValue($"${i}", ValueOf(columns[i], row) ?? DBNull.Value);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Different in each row; the same for a foreign key and the key that it names; null where that may be, in the first row.</summary>
    private static object? ValueOf(IColumn column, int row)
    {
        var named = column.Table.ForeignKeyConstraints.FirstOrDefault(key => key.Columns.Contains(column));
        if (column.IsNullable && row == 0)
            return null;
        if (named is not null)
            return ValueOf(named.PrincipalColumns[named.Columns.ToList().IndexOf(column)], row);

        var isKey = column.Table.PrimaryKey!.Columns.Contains(column);
        return Type.GetTypeCode(column.ProviderClrType) switch
        {
            TypeCode.String => Text(column, row),
            TypeCode.Int64 => isKey ? row + 1L : 5_000_000_000 + row,
            TypeCode.Int32 => row + 1,
            TypeCode.Boolean => row % 2 == 1,
            TypeCode.Double => 0.1 + row,
            _ => throw new NotSupportedException($"{column.Table.Name}.{column.Name}: {column.ProviderClrType}"),
        };
    }

    /// <summary>Letters that databases order in different ways, line ends and what COPY's text form would have to quote.</summary>
    private static string Text(IColumn column, int row)
    {
        string[] beginnings = ["Zé", "a\t\\N\n", "😀_"];
        var length = column.PropertyMappings[0].Property.GetMaxLength() ?? 100;
        var text = $"{row}{beginnings[row]}{column.Name}";
        return text[..Math.Min(text.Length, length)];
    }

    private static async Task<List<string>> QueryAsync(System.Data.Common.DbConnection connection, string sql)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await using var reader = await command.ExecuteReaderAsync();
        var names = Enumerable.Range(0, reader.FieldCount).OrderBy(reader.GetName, StringComparer.Ordinal).ToList();
        var rows = new List<string>();
        while (await reader.ReadAsync())
            rows.Add(
                names.Count == 1
                    ? reader.GetString(0)
                    : string.Join("|", names.Select(i => $"{reader.GetName(i)}={Say(reader.GetValue(i))}"))
            );
        return rows;

        static string Say(object value) =>
            value is bool flag ? (flag ? "1" : "0")
            : value is DBNull ? "(null)"
            : Convert.ToString(value, CultureInfo.InvariantCulture)!;
    }
}

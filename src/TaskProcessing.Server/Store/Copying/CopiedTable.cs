using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;
using TaskProcessing.Server.Store.Dialects.PostgreSql;

namespace TaskProcessing.Server.Store.Copying;

/// <summary>A table of the model, as it is copied from one database to another.</summary>
/// <param name="Name">The same in every database.</param>
/// <param name="Columns">All of them; the model has the same ones for every database.</param>
/// <param name="Key">The columns of the primary key, in whose order rows are copied.</param>
internal sealed record CopiedTable(string Name, IReadOnlyList<CopiedColumn> Columns, IReadOnlyList<CopiedColumn> Key)
{
    /// <summary>The columns for a statement.</summary>
    public string ColumnList => string.Join(", ", Columns.Select(column => column.Quoted));

    /// <summary>All tables of the model but those that only one kind of database has. A table comes after those that its foreign keys name.</summary>
    public static IReadOnlyList<CopiedTable> ListAll(IModel model)
    {
        var ordered = new List<ITable>();
        foreach (var table in model.GetRelationalModel().Tables.OrderBy(table => table.Name, StringComparer.Ordinal))
        {
            if (!PostgreSqlTaskDbContext.OwnTables.Contains(table.Name))
                Add(table);
        }

        return [.. ordered.Select(Create)];

        void Add(ITable table)
        {
            if (ordered.Contains(table))
                return;
            foreach (var named in table.ForeignKeyConstraints.Select(key => key.PrincipalTable).Where(named => named != table))
                Add(named);
            ordered.Add(table);
        }
    }

    private static CopiedTable Create(ITable table)
    {
        var columns = table.Columns.Select(column => new CopiedColumn(column.Name, column.ProviderClrType)).ToList();
        var key = table.PrimaryKey!.Columns.Select(column => column.Name).ToList();
        return new CopiedTable(table.Name, columns, [.. key.Select(name => columns.Single(column => column.Name == name))]);
    }
}

/// <param name="Name">The same in every database.</param>
/// <param name="Type">The type of its values in .NET, as the databases' drivers take it.</param>
internal sealed record CopiedColumn(string Name, Type Type)
{
    /// <summary>The name for a statement: it may be a word of SQL's own.</summary>
    public string Quoted => $"\"{Name}\"";
}

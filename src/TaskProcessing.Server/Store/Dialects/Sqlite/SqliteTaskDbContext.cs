using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <summary>The schema on SQLite; its migrations are in Store/Migrations/Sqlite.</summary>
internal sealed class SqliteTaskDbContext(DbContextOptions<SqliteTaskDbContext> options) : TaskDbContext(options);

/// <summary>The factory for <c>dotnet ef</c>, to compare models. It needs no database.</summary>
internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteTaskDbContext>
{
    public SqliteTaskDbContext CreateDbContext(string[] args) =>
        new(new DbContextOptionsBuilder<SqliteTaskDbContext>().UseSqlite().Options);
}

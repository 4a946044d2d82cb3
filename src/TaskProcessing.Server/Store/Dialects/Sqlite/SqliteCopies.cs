using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Store.Dialects.Sqlite;

/// <remarks>SQLite's own backup reads the file in one transaction. In WAL mode that keeps nobody from writing.</remarks>
internal sealed class SqliteCopies(string file, string connectionString) : IDatabaseCopies
{
    public string DatabaseFile => file;

    public IReadOnlyList<string> CommandsToCopy(string copy) => [];

    public IReadOnlyList<string> CommandsToRestore(string copy) => [];

    public async Task CopyAsync(string copy, CancellationToken cancellationToken)
    {
        try
        {
            // It copies all at once, and cannot be called off.
            await Task.Run(() => Copy(copy), cancellationToken);
        }
        catch (SqliteException error)
        {
            throw new StoreUnavailableException($"Cannot copy {file}: {error.Message}", error);
        }

        using (var written = File.OpenHandle(copy, FileMode.Open, FileAccess.ReadWrite))
            RandomAccess.FlushToDisk(written);
        DurableDirectories.Flush(Path.GetDirectoryName(copy)!);
    }

    public async Task<IReadOnlyDictionary<string, long>> ListContentsAsync(string copy, CancellationToken cancellationToken)
    {
        await using var db = OpenContext(copy);
        return await db
            .Files.Where(entry => entry.BlobKey != null)
            .GroupBy(entry => entry.BlobKey!)
            .Select(group => new { group.Key, Size = group.Max(entry => entry.Size) })
            .ToDictionaryAsync(content => content.Key, content => content.Size, cancellationToken);
    }

    public async Task<string?> FindProblemAsync(string copy, CancellationToken cancellationToken)
    {
        if (!File.Exists(copy))
            return $"{copy} is missing";

        try
        {
            await using var db = OpenContext(copy);
            var found = await db.Database.SqlQueryRaw<string>("PRAGMA quick_check(1)").ToListAsync(cancellationToken);
            if (found is not ["ok"])
                return $"{copy} is damaged: {string.Join("; ", found)}";

            var unknown = (await db.Database.GetAppliedMigrationsAsync(cancellationToken)).Except(db.Database.GetMigrations()).ToList();
            return unknown is [.., var last]
                ? $"{copy} was made by a newer version of this program ({last}); restore it with that one"
                : null;
        }
        catch (SqliteException error)
        {
            return $"{copy} cannot be read: {error.Message}";
        }
    }

    private void Copy(string copy)
    {
        var builder = new SqliteConnectionStringBuilder(connectionString) { Pooling = false };
        using var source = new SqliteConnection(builder.ToString());
        source.Open();
        Execute(source, "PRAGMA busy_timeout = 10000");
        using var target = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = copy, Pooling = false }.ToString());
        target.Open();
        source.BackupDatabase(target);
        // Without a log beside it, so that the copy can be read where nothing can be written. A server makes a log again.
        Execute(target, "PRAGMA journal_mode = DELETE");
        using var check = target.CreateCommand();
        check.CommandText = "PRAGMA quick_check(1)";
        if (check.ExecuteScalar() is not "ok")
            throw new StoreUnavailableException($"The copy of {file} is damaged, as the file itself must be", innerException: null);
    }

    private static SqliteTaskDbContext OpenContext(string copy)
    {
        var builder = new SqliteConnectionStringBuilder
        {
            DataSource = copy,
            Mode = SqliteOpenMode.ReadOnly,
            Pooling = false,
        };
        return new SqliteTaskDbContext(new DbContextOptionsBuilder<SqliteTaskDbContext>().UseSqlite(builder.ToString()).Options);
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

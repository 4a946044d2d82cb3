using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Files of a server that had neither home folders nor composed names.</summary>
public sealed class FileNameMigrationTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task Old_files_are_found_under_composed_names_and_none_is_lost(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateEmptyAsync(provider);
        await using var db = database.OpenContext();
        await db.GetService<IMigrator>().MigrateAsync("Initial", Token);
        foreach (var user in new[] { "alice", "bob" })
            await db.Database.ExecuteSqlAsync(
                $"""
                INSERT INTO accounts (id, login_key, display_name, password_hash, is_admin, created_at)
                VALUES ({user}, {user}, {user}, '', {false}, 5)
                """,
                Token
            );
        await AddAsync(db, 101, 0, "Mu\u0308ll", isFolder: true);
        await AddAsync(db, 102, 101, "a.b.u\u0308.txt");
        await AddAsync(db, 103, 101, "a.b.\u00FC.txt");
        await AddAsync(db, 104, 0, "u\u0308");
        await AddAsync(db, 105, 0, "\u00FC");
        await AddAsync(db, 106, 0, "\u00FC (2)");
        await AddAsync(db, 107, 0, "u\u0308", user: "bob");

        await database.Get<StoreMigrator>().MigrateAsync(Token);

        var files = await db.Set<StoredFile>().AsNoTracking().OrderBy(file => file.Id).ToListAsync(Token);
        var homes = files.Where(file => file.ParentId == 0).ToDictionary(file => file.UserId!);
        homes.Should().HaveCount(2);
        files
            .Where(file => file.ParentId != 0)
            .Select(file => (file.Id, file.ParentId == homes[file.UserId!].Id ? 0 : file.ParentId, file.Name))
            .Should()
            .Equal(
                (101, 0, "M\u00FCll"),
                (102, 101, "a.b.\u00FC (2).txt"),
                (103, 101, "a.b.\u00FC.txt"),
                (104, 0, "\u00FC (104)"),
                (105, 0, "\u00FC"),
                (106, 0, "\u00FC (2)"),
                (107, 0, "\u00FC")
            );
        files
            .Where(file => file.IsFolder)
            .Select(file => file.Revision)
            .Should()
            .HaveCount(3)
            .And.OnlyHaveUniqueItems()
            .And.NotContainNulls();
    }

    private static Task<int> AddAsync(TaskDbContext db, long id, long parent, string name, bool isFolder = false, string user = "alice") =>
        db.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO files (id, user_id, parent_id, name, is_folder, size, modified_at, created_at)
            VALUES ({id}, {user}, {parent}, {name}, {isFolder}, 0, 5, 5)
            """,
            Token
        );
}

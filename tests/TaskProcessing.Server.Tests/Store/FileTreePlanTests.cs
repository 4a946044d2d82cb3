using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>
/// Walks down a tree of files find each folder's files by the index of paths: their cost is that of the tree, not its
/// square.
/// </summary>
public sealed partial class FileTreePlanTests
{
    private const int Many = 1200;

    private static readonly DateTimeOffset Now = DateTimeOffset.UnixEpoch.AddYears(56);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_statement_that_changes_or_measures_trees_goes_through_an_index_on_SQLite()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await FillAsync(database);
        using var statements = new Statements(database.SqliteFile);
        await UseAsync(database);
        await database.Get<IAccountStore>().RemoveAsync("alice", Token);

        var texts = statements.Texts;
        texts.Where(IsRecursive).Should().HaveCountGreaterThan(2);
        foreach (var text in texts)
        {
            var plan = await StatementPlanTests.PlanAsync(database, text);
            // The sweep reads its candidates in advance, and may read much for them.
            if (
                IsRecursive(text)
                || (!text.StartsWith("SELECT", StringComparison.Ordinal) && !text.Contains("file_locks", StringComparison.Ordinal))
            )
                plan.Should().NotContain(step => Scan().IsMatch(step), text);
            if (IsRecursive(text))
                plan.Should()
                    .Contain(
                        step => step.StartsWith("SEARCH files USING INDEX ix_files_place (parent_id=?", StringComparison.Ordinal),
                        text
                    );
        }
    }

    /// <summary>It may have looked at the table at any time, or never.</summary>
    [Theory]
    [InlineData("never")]
    [InlineData("before")]
    [InlineData("after")]
    public async Task Every_way_down_a_tree_goes_through_an_index_on_PostgreSQL_whatever_it_knows_of_the_table(string analysed)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);
        await using var db = database.OpenContext();
        await db.Database.ExecuteSqlRawAsync("ALTER TABLE files SET (autovacuum_enabled = false)", Token);
        await FillAsync(database);
        if (analysed == "before")
            await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE files", Token);
        using var statements = new Statements(db.Database.GetDbConnection().Database);
        await UseAsync(database);

        var recursive = statements.Texts.Where(IsRecursive).Distinct().ToList();
        recursive.Should().HaveCountGreaterThan(2);
        statements
            .Texts.Zip(statements.Texts.Skip(1))
            .Where(two => IsRecursive(two.Second))
            .Should()
            .OnlyContain(two => two.First == database.Get<Dialect>().IndexesOnly);
        if (analysed == "after")
            await db.Database.ExecuteSqlRawAsync("VACUUM ANALYZE files", Token);
        await using var transaction = await db.Database.BeginTransactionAsync(Token);
        await db.Database.ExecuteSqlRawAsync(database.Get<Dialect>().IndexesOnly!, Token);
        foreach (var text in recursive)
        {
            var explain = Parameter().Replace($"EXPLAIN {text}", place => place.Groups["user"].Success ? "user_id = 'alice'" : "1");
            var plan = await db.Database.SqlQueryRaw<string>(explain).ToListAsync(Token);
            plan.Should().Contain(step => step.Contains("Index Scan using ix_files_place on files child", StringComparison.Ordinal), text);
            plan.Should().NotContain(step => step.Contains("Seq Scan on files child", StringComparison.Ordinal), text);
        }
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task A_large_tree_changes_in_portions_between_which_others_write(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await FillAsync(database);
        await using var db = database.OpenContext();
        using var statements = new Statements(
            provider == DatabaseProvider.Sqlite ? database.SqliteFile : db.Database.GetDbConnection().Database
        );

        await database.Get<IFileStore>().DeleteAsync("alice", new FilePath(FileTree.Files, "a"), Now, Token);

        // The folder itself, the folders above, and three times its members.
        statements.Texts.Count(text => text.StartsWith("UPDATE", StringComparison.Ordinal)).Should().Be(5);
        statements
            .Texts.Count(text => text.Contains("FROM accounts", StringComparison.Ordinal))
            .Should()
            .Be(4, "each portion is a transaction of its own");
    }

    [GeneratedRegex(@"^SCAN (files|f\d*|child|blobs|b\d*|accounts|a\d*)\b(?!.*ix_files_deleted_at)")]
    private static partial Regex Scan();

    [GeneratedRegex(@"\b(FROM|AS) tree\b")]
    private static partial Regex Tree();

    [GeneratedRegex(@"(?<user>user_id = @\w+)|@\w+")]
    private static partial Regex Parameter();

    private static bool IsRecursive(string text) => Tree().IsMatch(text);

    private static async Task FillAsync(TestDatabase database)
    {
        await database
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = "alice",
                    PasswordHash = "",
                    CreatedAt = Now,
                },
                Token
            );
        await using var db = database.OpenContext();
        var key = BlobKey.New(Now);
        db.Add(
            new StoredBlob
            {
                Key = key,
                State = BlobState.Kept,
                CreatedAt = Now,
            }
        );
        var home = (await database.Get<IFileStore>().FindAtAsync("alice", new FilePath(FileTree.Files, ""), Token))!;
        foreach (var name in new[] { "a", "b" })
        {
            var folder = new StoredFile
            {
                UserId = "alice",
                ParentId = home.Id,
                Name = name,
                IsFolder = true,
                CreatedAt = Now,
            };
            db.Add(folder);
            await db.SaveChangesAsync(Token);
            db.AddRange(
                Enumerable
                    .Range(0, Many)
                    .Select(number => new StoredFile
                    {
                        UserId = "alice",
                        ParentId = folder.Id,
                        Name = $"{number}",
                        BlobKey = key,
                        Size = 1,
                        CreatedAt = Now,
                    })
            );
            await db.SaveChangesAsync(Token);
        }
    }

    private static async Task UseAsync(TestDatabase database)
    {
        var files = database.Get<IFileStore>();
        await files.CopyAsync(Transfer("a", "c") with { Quota = 1_000_000 }, Token);
        await files.CopyAsync(Transfer("a", "c") with { Quota = 1_000_000 }, Token);
        await files.MoveAsync(Transfer("c", "b"), Token);
        var parts = new FilePath(FileTree.Uploads, "parts");
        await files.AddFolderAsync("alice", parts, Now, Token);
        var content = new StoredContent(BlobKey.New(Now), 1, MediaTypes.Text, null);
        await database.Get<IBlobCatalogue>().AddAsync(content.Key, Now, Token);
        await files.SaveAsync(
            new FileSave
            {
                UserId = "alice",
                Path = new(FileTree.Files, "whole"),
                Content = content,
                ModifiedAt = Now,
                Now = Now,
                Quota = 1_000_000,
                Parts = parts,
            },
            Token
        );
        var top = await files.ListAsync("alice", (await files.FindAtAsync("alice", new FilePath(FileTree.Files, ""), Token))!.Id, Token);
        await files.SumFoldersAsync("alice", [(long)FileTree.Uploads, .. top.Where(file => file.IsFolder).Select(file => file.Id)], Token);
        var home = new FilePath(FileTree.Files, "");
        await files.SearchAsync(new FileSearch("alice", (await files.FindAtAsync("alice", home, Token))!, home, 10), Token);
        await files.DeleteAsync("alice", new FilePath(FileTree.Files, "b"), Now, Token);
        await files.AddFolderAsync("alice", parts, Now, Token);
        var folder = new TemporaryFolder();
        var clock = new ManualTimeProvider();
        await new SweepFiles(
            database.Get<IFileSweep>(),
            database.Get<IFileLockStore>(),
            database.Get<IBlobCatalogue>(),
            new FolderBlobStore(folder.Path),
            Microsoft.Extensions.Options.Options.Create(new FilesOptions()),
            clock
        ).RunAsync(Token);
    }

    private static FileTransfer Transfer(string from, string to) =>
        new("alice", new FilePath(FileTree.Files, from), new FilePath(FileTree.Files, to), Overwrite: true, Now);

    /// <summary>The statements of EF Core on one database, on all connections.</summary>
    private sealed class Statements : IObserver<DiagnosticListener>, IObserver<KeyValuePair<string, object?>>, IDisposable
    {
        private readonly ConcurrentQueue<string> _texts = new();
        private readonly ConcurrentBag<IDisposable> _subscriptions = [];
        private readonly string _database;

        public Statements(string database)
        {
            _database = database;
            _subscriptions.Add(DiagnosticListener.AllListeners.Subscribe(this));
        }

        public IReadOnlyList<string> Texts => [.. _texts];

        public void OnNext(DiagnosticListener value)
        {
            if (value.Name == DbLoggerCategory.Name)
                _subscriptions.Add(value.Subscribe(this, name => name == RelationalEventId.CommandExecuted.Name));
        }

        public void OnNext(KeyValuePair<string, object?> value)
        {
            if (
                value.Value is CommandExecutedEventData { Command: var command }
                && (command.Connection!.DataSource == _database || command.Connection.Database == _database)
            )
                _texts.Enqueue(command.CommandText);
        }

        public void OnCompleted() { }

        public void OnError(Exception error) { }

        public void Dispose()
        {
            foreach (var subscription in _subscriptions)
                subscription.Dispose();
        }
    }
}

using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Folders with more members than one portion, and the remains of a change whose process died.</summary>
public abstract class FileTreeConformance : StoreConformance
{
    private const int Files = 1200;
    private const int Levels = 620;

    private readonly TemporaryFolder _folder = new();

    private IFileStore Store => Database.Get<IFileStore>();

    [Fact]
    public async Task A_large_folder_is_deleted_with_all_that_is_in_it_and_counts_no_more()
    {
        await FillAsync("wide");
        await FillAsync("other");

        (await Store.DeleteAsync("alice", Path("wide"), Now, Token)).Should().BeTrue();

        (await LiveAsync()).Should().Be(Files + 1);
        (await Store.SumAllAsync("alice", Token)).Should().Be(Files);
        (await Store.FindAtAsync("alice", Path("wide"), Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_deep_folder_is_measured_copied_and_deleted_with_all_that_is_in_it()
    {
        var top = await AddAsync(0, "deep");
        var folder = top;
        for (var level = 0; level < Levels; level++)
            folder = await AddAsync(folder, "deeper");
        await AddFilesAsync(folder, 1);

        (await Store.SumFoldersAsync("alice", [top, 0], Token)).Should().BeEquivalentTo(new Dictionary<long, long> { [top] = 1, [0] = 1 });
        await CopyAsync("deep", "copy");
        (await LiveAsync()).Should().Be(2 * (Levels + 2));
        await Store.DeleteAsync("alice", Path("deep"), Now, Token);
        (await LiveAsync()).Should().Be(Levels + 2);
        (await Store.SumFoldersAsync("alice", [(await Store.FindAtAsync("alice", Path("copy"), Token))!.Id], Token))
            .Values.Should()
            .Equal(1);
    }

    [Fact]
    public async Task A_large_folder_is_copied_as_a_whole_and_what_it_replaces_goes_as_a_whole()
    {
        await FillAsync("from");
        await FillAsync("to");

        var copy = await CopyAsync("from", "to");

        copy.Created.Should().BeFalse();
        var (from, to) = (await ListAsync("from"), await ListAsync("to"));
        to.Select(file => (file.Name, file.Size, file.BlobKey, file.ModifiedAt))
            .Should()
            .Equal(from.Select(file => (file.Name, file.Size, file.BlobKey, file.ModifiedAt)));
        to.Select(file => file.Id).Should().NotIntersectWith(from.Select(file => file.Id));
        (await LiveAsync()).Should().Be(2 * (Files + 1));
    }

    [Fact]
    public async Task A_folder_that_a_large_one_is_moved_over_goes_as_a_whole()
    {
        await FillAsync("from");
        await FillAsync("to");

        (await Store.MoveAsync(new FileTransfer("alice", Path("from"), Path("to"), Overwrite: true, Now), Token))
            .Should()
            .BeOfType<PlaceOutcome.Placed>();

        (await LiveAsync()).Should().Be(Files + 1);
        (await ListAsync("to")).Should().HaveCount(Files);
    }

    [Fact]
    public async Task A_copy_that_the_quota_forbids_leaves_nothing()
    {
        await FillAsync("from");

        var outcome = await Store.CopyAsync(
            new FileTransfer("alice", Path("from"), Path("to"), Overwrite: true, Now) { Quota = Files + 10 },
            Token
        );

        outcome.Should().BeOfType<PlaceOutcome.OverQuota>();
        (await LiveAsync()).Should().Be(Files + 1);
    }

    [Fact]
    public async Task A_copy_whose_caller_leaves_leaves_nothing_that_the_sweep_does_not_find()
    {
        await FillAsync("from");
        using var leaves = new CancellationTokenSource();
        var copying = Store.CopyAsync(new FileTransfer("alice", Path("from"), Path("to"), Overwrite: true, Now), leaves.Token);
        await leaves.CancelAsync();
        await copying.ContinueWith(_ => { }, TaskScheduler.Default);

        Clock.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync();

        (await LiveAsync()).Should().BeOneOf(Files + 1, 2 * (Files + 1));
        (await Store.ListAsync("alice", (long)FileTree.Copies, Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task The_sweep_finishes_a_crashed_deletion()
    {
        await FillAsync("wide");
        await FillAsync("other");
        await using (var db = Database.OpenContext())
            await db
                .Files.Where(file => file.Name == "wide")
                .ExecuteUpdateAsync(set => set.SetProperty(file => file.DeletedAt, Now), Token);

        Clock.Advance(TimeSpan.FromMinutes(2));
        (await SweepAsync()).Files.Should().Be(Files + 1);

        (await AllAsync()).Should().Be(Files + 1);
        (await Store.SumAllAsync("alice", Token)).Should().Be(Files);
    }

    [Fact]
    public async Task The_sweep_removes_the_remains_of_a_crashed_copy_after_an_hour()
    {
        await FillAsync("half of a copy", (long)FileTree.Copies);

        Clock.Advance(TimeSpan.FromMinutes(59));
        (await SweepAsync()).Files.Should().Be(0, "it may be under way");
        Clock.Advance(TimeSpan.FromMinutes(2));
        await SweepAsync();

        (await AllAsync()).Should().Be(0);
    }

    [Fact]
    public async Task An_account_with_many_files_is_removed_with_all_of_them()
    {
        await FillAsync("wide");

        (await Database.Get<IAccountStore>().RemoveAsync("alice", Token)).Should().NotBeNull();

        (await AllAsync()).Should().Be(0);
    }

    private static FilePath Path(string text) => new(FileTree.Files, text);

    private async Task<PlaceOutcome.Placed> CopyAsync(string from, string to) =>
        (await Store.CopyAsync(new FileTransfer("alice", Path(from), Path(to), Overwrite: true, Now), Token))
            .Should()
            .BeOfType<PlaceOutcome.Placed>()
            .Which;

    private async Task<IReadOnlyList<StoredFile>> ListAsync(string folder) =>
        await Store.ListAsync("alice", (await Store.FindAtAsync("alice", Path(folder), Token))!.Id, Token);

    private async Task FillAsync(string folder, long tree = 0) => await AddFilesAsync(await AddAsync(tree, folder), Files);

    private async Task<long> AddAsync(long parentId, string name)
    {
        await Database
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
        await using var db = Database.OpenContext();
        var folder = new StoredFile
        {
            UserId = "alice",
            ParentId = parentId == 0 ? (await Store.FindAtAsync("alice", new FilePath(FileTree.Files, ""), Token))!.Id : parentId,
            Name = name,
            IsFolder = true,
            ModifiedAt = Now,
            CreatedAt = Now,
        };
        db.Add(folder);
        await db.SaveChangesAsync(Token);
        return folder.Id;
    }

    /// <summary>Files of one byte, which share a content.</summary>
    private async Task AddFilesAsync(long folderId, int count)
    {
        await using var db = Database.OpenContext();
        var key = BlobKey.New(Now);
        db.Add(
            new StoredBlob
            {
                Key = key,
                State = BlobState.Kept,
                CreatedAt = Now,
            }
        );
        db.AddRange(
            Enumerable
                .Range(0, count)
                .Select(number => new StoredFile
                {
                    UserId = "alice",
                    ParentId = folderId,
                    Name = $"{number}",
                    BlobKey = key,
                    Size = 1,
                    ModifiedAt = Now,
                    CreatedAt = Now,
                })
        );
        await db.SaveChangesAsync(Token);
    }

    private async Task<int> LiveAsync()
    {
        await using var db = Database.OpenContext();
        return await db.Files.CountAsync(file => file.DeletedAt == null && file.Name != "", Token);
    }

    private async Task<int> AllAsync()
    {
        await using var db = Database.OpenContext();
        return await db.Files.CountAsync(file => file.Name != "", Token);
    }

    private Task<SweepReport> SweepAsync() =>
        new SweepFiles(
            Database.Get<IFileSweep>(),
            Database.Get<IFileLockStore>(),
            Database.Get<IBlobCatalogue>(),
            new FolderBlobStore(_folder.Path),
            Microsoft.Extensions.Options.Options.Create(new FilesOptions()),
            Clock
        ).RunAsync(Token);
}

using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;

namespace TaskProcessing.Server.Tests.Conformance;

public abstract class FileStoreConformance : StoreConformance
{
    private static readonly FilePath Top = new(FileTree.Files, "");

    private IFileStore Files => Database.Get<IFileStore>();

    private IBlobCatalogue Blobs => Database.Get<IBlobCatalogue>();

    [Fact]
    public async Task A_saved_file_is_found_by_its_id_and_at_its_place()
    {
        await AddAccountAsync("alice");
        var saved = await SaveAsync("a.txt", size: 5);

        (await Files.FindAsync(saved.Id, Token)).Should().BeEquivalentTo(saved);
        (await FindAsync("a.txt")).Should().BeEquivalentTo(saved);
        (await FindAsync("A.txt")).Should().BeNull("names are case-sensitive");
        (await Files.FindAtAsync("bob", Path("a.txt"), Token)).Should().BeNull();
        (await Files.FindAsync(4711, Token)).Should().BeNull();
        (await Files.FindAtAsync("alice", Top, Token)).Should().BeEquivalentTo(new { IsFolder = true, ParentId = 0 });
    }

    [Fact]
    public async Task A_file_that_is_saved_again_keeps_its_id_and_changes_its_tag()
    {
        await AddAccountAsync("alice");
        var first = await SaveAsync("a.txt", size: 5);
        var outcome = await TrySaveAsync("a.txt", size: 7);

        var second = outcome.Should().BeOfType<PlaceOutcome.Placed>().Which;
        second.Created.Should().BeFalse();
        second.File.Id.Should().Be(first.Id);
        second.File.ETag.Should().NotBe(first.ETag);
        (await FindAsync("a.txt"))!.Size.Should().Be(7);
    }

    [Fact]
    public async Task Of_many_that_save_at_the_same_new_path_one_creates_and_the_others_replace()
    {
        await AddAccountAsync("alice");

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => TrySaveAsync("a.txt", size: 1))));

        outcomes.Should().AllBeOfType<PlaceOutcome.Placed>().And.ContainSingle(outcome => ((PlaceOutcome.Placed)outcome).Created);
        (await ListAsync(Top)).Should().ContainSingle();
    }

    [Fact]
    public async Task A_file_needs_a_folder_and_takes_no_folders_place()
    {
        await AddAccountAsync("alice");
        await AddFolderAsync("folder");
        await SaveAsync("a.txt");

        (await TrySaveAsync("none/a.txt")).Should().BeOfType<PlaceOutcome.NoParent>();
        (await TrySaveAsync("a.txt/b.txt")).Should().BeOfType<PlaceOutcome.NoParent>();
        (await TrySaveAsync("folder")).Should().BeOfType<PlaceOutcome.Exists>();
        (await Files.AddFolderAsync("alice", Path("folder"), Now, Token)).Should().BeOfType<PlaceOutcome.Exists>();
        (await Files.AddFolderAsync("alice", Path("none/folder"), Now, Token)).Should().BeOfType<PlaceOutcome.NoParent>();
        (await Files.AddFolderAsync("nobody", Path("folder"), Now, Token)).Should().BeOfType<PlaceOutcome.NoParent>();
    }

    [Fact]
    public async Task A_folder_is_listed_by_name_and_measured_with_all_below()
    {
        await AddAccountAsync("alice");
        await AddAccountAsync("bob");
        foreach (var folder in new[] { "b", "b/deep", "b/deep/deeper" })
            await AddFolderAsync(folder);
        await SaveAsync("b/x", size: 1);
        await SaveAsync("b/deep/deeper/y", size: 10);
        await SaveAsync("Ä", size: 100);
        await SaveAsync("a", size: 1000);
        await SaveAsync("other", size: 5000, userId: "bob");

        (await ListAsync(Top)).Should().Equal("a", "b", "Ä");
        var b = (await FindAsync("b"))!.Id;
        var home = (await Files.FindAtAsync("alice", Top, Token))!.Id;
        (await Files.SumFoldersAsync("alice", [home, b], Token))
            .Should()
            .BeEquivalentTo(new Dictionary<long, long> { [home] = 1111, [b] = 11 });
        (await Files.SumAllAsync("alice", Token)).Should().Be(1111);
    }

    [Fact]
    public async Task A_moved_folder_takes_everything_along()
    {
        await AddAccountAsync("alice");
        await AddFolderAsync("from");
        await AddFolderAsync("from/deep");
        var file = await SaveAsync("from/deep/a.txt");
        await AddFolderAsync("to");

        (await Files.MoveAsync(Transfer("from", "to/there"), Token))
            .Should()
            .BeOfType<PlaceOutcome.Placed>()
            .Which.Created.Should()
            .BeTrue();

        (await FindAsync("from")).Should().BeNull();
        (await FindAsync("to/there/deep/a.txt"))!.Id.Should().Be(file.Id);
    }

    [Fact]
    public async Task A_copied_folder_shares_contents_and_then_goes_its_own_way()
    {
        await AddAccountAsync("alice");
        await AddFolderAsync("from");
        await AddFolderAsync("from/deep");
        var original = await SaveAsync("from/deep/a.txt", size: 5);

        await Files.CopyAsync(Transfer("from", "to"), Token);
        await Files.CopyAsync(Transfer("from", "shallow") with { Deep = false }, Token);
        var copy = (await FindAsync("to/deep/a.txt"))!;
        copy.Id.Should().NotBe(original.Id);
        copy.BlobKey.Should().Be(original.BlobKey);
        (await FindAsync("shallow/deep")).Should().BeNull();

        await SaveAsync("from/deep/a.txt", size: 6);
        (await FindAsync("to/deep/a.txt"))!.Size.Should().Be(5);
    }

    [Theory]
    [InlineData("a", "a")]
    [InlineData("a", "a/b")]
    [InlineData("a/b", "a")]
    public async Task A_folder_goes_neither_into_itself_nor_over_the_one_that_it_is_in(string from, string to)
    {
        await AddAccountAsync("alice");
        await AddFolderAsync("a");
        await AddFolderAsync("a/b");

        (await Files.MoveAsync(Transfer(from, to), Token)).Should().BeOfType<PlaceOutcome.IntoItself>();
        (await Files.CopyAsync(Transfer(from, to), Token)).Should().BeOfType<PlaceOutcome.IntoItself>();
    }

    [Fact]
    public async Task The_destination_is_replaced_only_with_permission()
    {
        await AddAccountAsync("alice");
        await SaveAsync("a", size: 1);
        await SaveAsync("b", size: 2);

        (await Files.MoveAsync(Transfer("a", "b") with { Overwrite = false }, Token)).Should().BeOfType<PlaceOutcome.Exists>();
        (await Files.MoveAsync(Transfer("a", "b"), Token)).Should().BeOfType<PlaceOutcome.Placed>().Which.Created.Should().BeFalse();
        (await Files.MoveAsync(Transfer("a", "b"), Token)).Should().BeOfType<PlaceOutcome.NotFound>();

        (await ListAsync(Top)).Should().Equal("b");
        (await FindAsync("b"))!.Size.Should().Be(1);
    }

    [Fact]
    public async Task The_quota_counts_everything_and_what_is_replaced_counts_no_more()
    {
        await AddAccountAsync("alice");
        await SaveAsync("a", size: 60);

        (await TrySaveAsync("b", size: 50, quota: 100)).Should().BeOfType<PlaceOutcome.OverQuota>();
        (await TrySaveAsync("a", size: 100, quota: 100)).Should().BeOfType<PlaceOutcome.Placed>();
        (await Files.CopyAsync(Transfer("a", "c") with { Quota = 150 }, Token)).Should().BeOfType<PlaceOutcome.OverQuota>();
        (await FindAsync("c")).Should().BeNull();
    }

    [Fact]
    public async Task The_parts_of_an_upload_make_room_for_the_whole()
    {
        await AddAccountAsync("alice");
        var parts = new FilePath(FileTree.Uploads, "u1");
        await Files.AddFolderAsync("alice", parts, Now, Token);
        await PlaceAsync(Save(parts.Child("1"), 60));

        (await PlaceAsync(Save(Path("whole"), 60) with { Quota = 100, Parts = parts })).Should().BeOfType<PlaceOutcome.Placed>();

        (await Files.FindAtAsync("alice", parts, Token)).Should().BeNull();
        (await Files.SumAllAsync("alice", Token)).Should().Be(60);
    }

    [Fact]
    public async Task A_deleted_folder_is_gone_from_the_tree_but_its_files_can_still_be_found()
    {
        await AddAccountAsync("alice");
        await AddFolderAsync("folder");
        var file = await SaveAsync("folder/a.txt");

        (await Files.DeleteAsync("alice", Path("folder"), Now, Token)).Should().BeTrue();
        (await Files.DeleteAsync("alice", Path("folder"), Now, Token)).Should().BeFalse();

        (await FindAsync("folder")).Should().BeNull();
        (await Files.FindAsync(file.Id, Token))!.DeletedAt.Should().Be(Now);
        await AddFolderAsync("folder");
        (await FindAsync("folder/a.txt")).Should().BeNull("a new folder is empty");
    }

    [Fact]
    public async Task A_task_has_no_more_files_than_it_may_and_takes_them_along()
    {
        var task = NewTask();
        await Database.Get<ITaskStore>().AddAsync(task, Token);

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => Task.Run(() => AddTaskFileAsync(task.Id, maxFiles: 3))));
        var added = outcomes.OfType<AddTaskFileOutcome.Added>().ToList();
        added.Should().HaveCount(3);
        outcomes.OfType<AddTaskFileOutcome.TooMany>().Should().HaveCount(3);

        await Database.Get<ITaskStore>().DeleteAsync(task.Id, task.Owner, Token);
        (await Files.FindAsync(added[0].Id, Token)).Should().BeNull();
        (await AddTaskFileAsync(task.Id, maxFiles: 3)).Should().BeOfType<AddTaskFileOutcome.NoTask>();
    }

    [Fact]
    public async Task Of_two_conflicting_locks_at_once_one_succeeds()
    {
        await AddAccountAsync("alice");
        var locks = Database.Get<IFileLockStore>();

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 6).Select(i => Task.Run(() => locks.TryAddAsync(NewLock($"urn:{i}", i % 2 == 0 ? "a" : "a/b"), Now, Token)))
        );
        taken.Should().ContainSingle(success => success);

        Clock.Advance(TimeSpan.FromMinutes(2));
        (await locks.ListAsync("alice", Now, Token)).Should().BeEmpty();
        (await locks.TryAddAsync(NewLock("urn:late", "a"), Now, Token)).Should().BeTrue("the others have expired");
        (await locks.RemoveExpiredAsync(Now, Token)).Should().Be(1);
    }

    [Fact]
    public async Task A_lock_is_extended_and_given_back_in_the_name_of_its_user_alone()
    {
        await AddAccountAsync("alice");
        var locks = Database.Get<IFileLockStore>();
        await locks.TryAddAsync(NewLock("urn:a", "a"), Now, Token);

        await locks.ExtendAsync("bob", "urn:a", Now.AddHours(1), Token);
        await locks.RemoveAsync("bob", ["urn:a"], Token);

        (await locks.ListAsync("alice", Now, Token)).Should().ContainSingle().Which.ExpiresAt.Should().Be(Now.AddMinutes(1));
        (await locks.ListAsync("bob", Now, Token)).Should().BeEmpty();
    }

    private static FilePath Path(string text) => new(FileTree.Files, text);

    private FileLock NewLock(string token, string path) =>
        new()
        {
            Token = token,
            UserId = "alice",
            Tree = FileTree.Files,
            PathText = path,
            IsDeep = true,
            IsExclusive = true,
            ExpiresAt = Now + TimeSpan.FromMinutes(1),
        };

    private FileTransfer Transfer(string from, string to) => new("alice", Path(from), Path(to), Overwrite: true, Now);

    private Task<bool> AddAccountAsync(string id) =>
        Database
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = id,
                    PasswordHash = "",
                    CreatedAt = Now,
                },
                Token
            );

    private async Task AddFolderAsync(string path) =>
        (await Files.AddFolderAsync("alice", Path(path), Now, Token)).Should().BeOfType<PlaceOutcome.Placed>();

    private async Task<StoredFile> SaveAsync(string path, long size = 1, string userId = "alice") =>
        (await PlaceAsync(Save(Path(path), size) with { UserId = userId })).Should().BeOfType<PlaceOutcome.Placed>().Which.File;

    private Task<PlaceOutcome> TrySaveAsync(string path, long size = 1, long? quota = null) =>
        PlaceAsync(Save(Path(path), size) with { Quota = quota });

    private async Task<PlaceOutcome> PlaceAsync(FileSave save)
    {
        await Blobs.AddAsync(save.Content.Key, Now, Token);
        return await Files.SaveAsync(save, Token);
    }

    private FileSave Save(FilePath path, long size) =>
        new()
        {
            UserId = "alice",
            Path = path,
            Content = new StoredContent(BlobKey.New(Now), size, MediaTypes.Text, null),
            ModifiedAt = Now,
            Now = Now,
        };

    private async Task<AddTaskFileOutcome> AddTaskFileAsync(long taskId, int maxFiles)
    {
        var key = BlobKey.New(Now);
        await Blobs.AddAsync(key, Now, Token);
        return await Files.AddTaskFileAsync(
            new StoredFile
            {
                TaskId = taskId,
                Name = "1-1",
                BlobKey = key,
            },
            maxFiles,
            uncounted: new HashSet<long>(),
            Token
        );
    }

    private Task<StoredFile?> FindAsync(string path) => Files.FindAtAsync("alice", Path(path), Token);

    private async Task<IEnumerable<string>> ListAsync(FilePath folder) =>
        (await Files.ListAsync("alice", (await Files.FindAtAsync("alice", folder, Token))!.Id, Token)).Select(file => file.Name);
}

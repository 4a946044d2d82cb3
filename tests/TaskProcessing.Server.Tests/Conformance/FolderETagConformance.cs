using TaskProcessing.Sdk.Primitives;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>A folder's ETag changes with all that is below it, up to the home folder, and not otherwise.</summary>
public abstract class FolderETagConformance : StoreConformance
{
    private static readonly string[] Folders = ["", "a", "a/deep", "a/deep/er", "b", "b/deep"];

    private IFileStore Files => Database.Get<IFileStore>();

    private IBlobCatalogue Blobs => Database.Get<IBlobCatalogue>();

    [Fact]
    public async Task Each_change_reaches_the_folders_above_it_and_no_others()
    {
        await FillAsync();

        (await ChangedByAsync(() => SaveAsync("a/deep/new"))).Should().Equal("", "a", "a/deep");
        (await ChangedByAsync(() => SaveAsync("a/deep/new"))).Should().Equal("", "a", "a/deep");
        (await ChangedByAsync(() => SaveAsync("new"))).Should().Equal("");
        (await ChangedByAsync(() => Files.AddFolderAsync("alice", At("b/deep/made"), Now, Token))).Should().Equal("", "b", "b/deep");
        (await ChangedByAsync(() => Files.MoveAsync(Transfer("a/deep/new", "b/new"), Token))).Should().Equal("", "a", "a/deep", "b");
        (await ChangedByAsync(() => Files.CopyAsync(Transfer("b/new", "a/copy"), Token))).Should().Equal("", "a");
        (await ChangedByAsync(() => Files.CopyAsync(Transfer("a/deep", "b/deep/copy"), Token))).Should().Equal("", "b", "b/deep");
        (await ChangedByAsync(() => Files.DeleteAsync("alice", At("a/copy"), Now, Token))).Should().Equal("", "a");
        (await ChangedByAsync(() => Files.DeleteAsync("alice", At("b/deep/copy"), Now, Token))).Should().Equal("", "b", "b/deep");
        var file = (await Files.FindAtAsync("alice", At("b/new"), Token))!;
        (await ChangedByAsync(() => Files.SetPropertiesAsync("alice", file.Id, null, Now.AddDays(-1), Token))).Should().Equal("", "b");
        (await ChangedByAsync(() => Database.Get<IFileSweep>().RemoveLostAsync([file.BlobKey!], Token))).Should().Equal("", "b");
    }

    [Fact]
    public async Task A_change_that_fails_and_one_of_another_user_change_none()
    {
        await FillAsync();
        await SaveAsync("x");
        await AddAccountAsync("bob");

        (await ChangedByAsync(() => SaveAsync("none/x"))).Should().BeEmpty();
        (await ChangedByAsync(() => SaveAsync("a/deep"))).Should().BeEmpty();
        (await ChangedByAsync(() => Files.AddFolderAsync("alice", At("a/deep"), Now, Token))).Should().BeEmpty();
        (await ChangedByAsync(() => Files.MoveAsync(Transfer("x", "a") with { Overwrite = false }, Token))).Should().BeEmpty();
        (await ChangedByAsync(() => Files.CopyAsync(Transfer("a", "a/deep/er/x"), Token))).Should().BeEmpty();
        (await ChangedByAsync(() => Files.DeleteAsync("alice", At("a/none"), Now, Token))).Should().BeEmpty();
        (await ChangedByAsync(() => SaveAsync("x", "bob"))).Should().BeEmpty();
        (await ChangedByAsync(() => Files.ListAsync("alice", 0, Token))).Should().BeEmpty();
    }

    [Fact]
    public async Task A_moved_folder_keeps_its_own_ETag_and_those_in_it()
    {
        await FillAsync();
        var before = await ReadAsync();

        await Files.MoveAsync(Transfer("a", "b/moved"), Token);

        (await ETagAsync("b/moved")).Should().Be(before["a"]);
        (await ETagAsync("b/moved/deep/er")).Should().Be(before["a/deep/er"]);
    }

    [Fact]
    public async Task Many_concurrent_writes_in_one_tree_all_succeed()
    {
        await FillAsync();

        var writing = Enumerable
            .Range(0, 40)
            .Select(number =>
                Task.Run(() =>
                    (number % 4) switch
                    {
                        0 => SaveAsync($"a/deep/er/{number}"),
                        1 => SaveAsync($"b/deep/{number}"),
                        2 => Files.AddFolderAsync("alice", At($"a/{number}"), Now, Token),
                        _ => Files.CopyAsync(Transfer("a/deep", $"b/deep/copy {number}"), Token),
                    }
                )
            );

        (await Task.WhenAll(writing)).Should().AllBeOfType<PlaceOutcome.Placed>();
    }

    private static FilePath At(string path) => new(FileTree.Files, path);

    private FileTransfer Transfer(string from, string to) => new("alice", At(from), At(to), Overwrite: true, Now);

    private async Task FillAsync()
    {
        await AddAccountAsync("alice");
        foreach (var folder in Folders.Skip(1))
            await Files.AddFolderAsync("alice", At(folder), Now, Token);
        (await ReadAsync()).Values.Should().NotContainNulls();
    }

    private async Task<IEnumerable<string>> ChangedByAsync(Func<Task> change)
    {
        var before = await ReadAsync();
        await change();
        var after = await ReadAsync();
        return Folders.Where(folder => before[folder] != after[folder]);
    }

    private async Task<Dictionary<string, string?>> ReadAsync()
    {
        var tags = new Dictionary<string, string?>();
        foreach (var folder in Folders)
            tags[folder] = await ETagAsync(folder);
        return tags;
    }

    private async Task<string?> ETagAsync(string folder) => (await Files.FindAtAsync("alice", At(folder), Token))!.ETag;

    private async Task<PlaceOutcome> SaveAsync(string path, string userId = "alice")
    {
        var content = new StoredContent(BlobKey.New(Now), 1, MediaTypes.Text, null);
        await Blobs.AddAsync(content.Key, Now, Token);
        return await Files.SaveAsync(
            new FileSave
            {
                UserId = userId,
                Path = At(path),
                Content = content,
                ModifiedAt = Now,
                Now = Now,
            },
            Token
        );
    }

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
}

using Microsoft.EntityFrameworkCore;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reporting;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>The sweep removes unused files, and no others.</summary>
public abstract class FileSweepConformance : StoreConformance
{
    private readonly TemporaryFolder _folder = new();

    private FolderBlobStore Blobs => new(_folder.Path);

    private IBlobCatalogue Catalogue => Database.Get<IBlobCatalogue>();

    private ITaskStore Tasks => Database.Get<ITaskStore>();

    private SweepFiles Sweep =>
        new(
            Database.Get<IFileSweep>(),
            Database.Get<IFileLockStore>(),
            Catalogue,
            Blobs,
            Microsoft.Extensions.Options.Options.Create(new FilesOptions()),
            Clock
        );

    private CheckFiles Check => new(Blobs, Catalogue, Database.Get<IFileSweep>());

    [Fact]
    public async Task A_deleted_file_stays_until_no_unfinished_task_names_it()
    {
        var file = await AddFileAsync(deleted: true);
        var other = await AddFileAsync(deleted: true);
        var task = NewTask(input: $$"""{"images":[{{file.Id}}],"text":"{{other.Id}}"}""");
        await Tasks.AddAsync(task, Token);

        Clock.Advance(TimeSpan.FromMinutes(2));
        (await Sweep.RunAsync(Token)).Should().Be(new SweepReport(Files: 1, Contents: 1), "a text is no file id");
        (await KeysAsync()).Should().Equal(file.BlobKey);

        await Tasks.TryCancelAsync(task.Id, "", Now, Token);
        (await Sweep.RunAsync(Token)).Should().Be(new SweepReport(Files: 1, Contents: 1));
        (await KeysAsync()).Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_that_was_deleted_just_now_stays_a_moment()
    {
        await AddFileAsync(deleted: true);

        (await Sweep.RunAsync(Token)).Should().Be(new SweepReport(Files: 0, Contents: 0));
    }

    [Fact]
    public async Task Contents_go_with_the_last_file_that_has_them()
    {
        var file = await AddFileAsync();
        await using var db = Database.OpenContext();
        db.Add(
            new StoredFile
            {
                UserId = "alice",
                Name = "copy",
                BlobKey = file.BlobKey,
            }
        );
        await db.SaveChangesAsync(Token);

        await db.Files.Where(stored => stored.Id == file.Id).ExecuteDeleteAsync(Token);
        (await Sweep.RunAsync(Token)).Contents.Should().Be(0);
        await Database.Get<IAccountStore>().RemoveAsync("alice", Token);
        (await Sweep.RunAsync(Token)).Contents.Should().Be(1);

        (await KeysAsync()).Should().BeEmpty();
        (await Catalogue.ListAsync(Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_content_that_is_being_written_stays_and_one_whose_writer_died_goes()
    {
        await WriteBlobAsync();

        (await Sweep.RunAsync(Token)).Contents.Should().Be(0);
        Clock.Advance(TimeSpan.FromHours(25));
        (await Sweep.RunAsync(Token)).Contents.Should().Be(1);
    }

    [Fact]
    public async Task A_result_file_that_no_result_names_goes_a_day_after_its_upload_once_the_task_has_ended()
    {
        // Before its tasks: an account that is added has none from before.
        await AddAccountAsync();
        var task = NewTask();
        await Tasks.AddAsync(task, Token);
        var named = await AddFileAsync(taskId: task.Id);
        var unnamed = await AddFileAsync(taskId: task.Id);
        Clock.Advance(TimeSpan.FromHours(25));

        (await Sweep.RunAsync(Token)).Files.Should().Be(0, "the task may still name them");
        await Tasks.TryFinishAsync(
            task.Id,
            new TaskEnding(TaskTransition.Succeed) { Output = $$"""{"images":[{{named.Id}}]}""" },
            Now,
            Token
        );
        (await Sweep.RunAsync(Token)).Should().Be(new SweepReport(Files: 1, Contents: 1));

        (await KeysAsync()).Should().Equal(named.BlobKey);
        (await Database.Get<IFileStore>().FindAsync(unnamed.Id, Token)).Should().BeNull();
    }

    [Fact]
    public async Task An_abandoned_upload_is_removed_after_a_day()
    {
        var files = Database.Get<IFileStore>();
        await AddAccountAsync();
        await files.AddFolderAsync("alice", new FilePath(FileTree.Uploads, "old"), Now, Token);
        var old = (await files.FindAtAsync("alice", new FilePath(FileTree.Uploads, "old"), Token))!;
        await AddFileAsync(parentId: old.Id);
        Clock.Advance(TimeSpan.FromHours(23));
        await files.AddFolderAsync("alice", new FilePath(FileTree.Uploads, "new"), Now, Token);

        (await Sweep.RunAsync(Token)).Files.Should().Be(0);
        Clock.Advance(TimeSpan.FromHours(2));
        (await Sweep.RunAsync(Token)).Should().Be(new SweepReport(Files: 2, Contents: 1));

        (await files.ListAsync("alice", (long)FileTree.Uploads, Token)).Should().ContainSingle().Which.Name.Should().Be("new");
    }

    [Fact]
    public async Task The_check_finds_stray_lost_and_damaged_contents_and_repairs_what_it_can()
    {
        var good = await AddFileAsync();
        var lost = await AddFileAsync();
        var damaged = await AddFileAsync(size: 99);
        await Blobs.DeleteAsync(lost.BlobKey!, Token);
        var stray = BlobKey.New(Now);
        await Blobs.WriteAsync(stray, new MemoryStream([1, 2, 3]), Token);

        var report = await Check.RunAsync(repair: false, Token);
        report
            .Should()
            .BeEquivalentTo(
                new
                {
                    Stray = new[] { stray },
                    Lost = new[] { lost.BlobKey },
                    Damaged = new[] { damaged.BlobKey },
                    Contents = 3,
                    IsGood = false,
                    Repaired = false,
                }
            );

        (await Check.RunAsync(repair: true, Token)).Should().BeEquivalentTo(new { Repaired = true, FilesRemoved = 1 });
        (await KeysAsync()).Should().BeEquivalentTo(good.BlobKey, damaged.BlobKey);
        (await Database.Get<IFileStore>().FindAsync(lost.Id, Token)).Should().BeNull();
    }

    [Fact]
    public async Task A_store_without_any_of_the_contents_is_the_wrong_one_and_nothing_is_removed()
    {
        var file = await AddFileAsync();
        await Blobs.DeleteAsync(file.BlobKey!, Token);

        (await Check.RunAsync(repair: true, Token)).Should().BeEquivalentTo(new { LooksWrong = true, Repaired = false });
        (await Database.Get<IFileStore>().FindAsync(file.Id, Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task Of_many_nodes_one_gets_a_duty_and_only_when_it_is_due()
    {
        var calendar = Database.Get<IMaintenanceSchedule>();

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => Task.Run(() => calendar.TryTakeAsync("sweep", Now, Now.AddMinutes(1), Token)))
        );
        taken.Should().ContainSingle(success => success);

        (await calendar.TryTakeAsync("other", Now, Now.AddMinutes(1), Token)).Should().BeTrue();
        Clock.Advance(TimeSpan.FromMinutes(1));
        (await calendar.TryTakeAsync("sweep", Now, Now.AddMinutes(1), Token)).Should().BeTrue();
    }

    private async Task AddAccountAsync() =>
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

    private async Task<StoredFile> AddFileAsync(bool deleted = false, long? taskId = null, long parentId = 0, long size = 3)
    {
        await AddAccountAsync();
        var key = await WriteBlobAsync();
        await using var db = Database.OpenContext();
        await db.Blobs.Where(blob => blob.Key == key).ExecuteUpdateAsync(set => set.SetProperty(blob => blob.State, BlobState.Kept), Token);
        var file = new StoredFile
        {
            UserId = taskId is null ? "alice" : null,
            TaskId = taskId,
            ParentId = parentId,
            Name = key,
            BlobKey = key,
            Size = size,
            CreatedAt = Now,
            DeletedAt = deleted ? Now : null,
        };
        db.Add(file);
        await db.SaveChangesAsync(Token);
        return file;
    }

    private async Task<string> WriteBlobAsync()
    {
        var key = BlobKey.New(Now);
        await Catalogue.AddAsync(key, Now, Token);
        await Blobs.WriteAsync(key, new MemoryStream([1, 2, 3]), Token);
        return key;
    }

    private async Task<List<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var blob in Blobs.ListAsync(Token))
            keys.Add(blob.Key);

        return keys;
    }

    private ProcessingTask NewTask(string input = "{}") =>
        new()
        {
            Type = "test:files",
            Status = ProcessingStatus.Running,
            UserId = "alice",
            AppId = "test",
            Input = input,
            ScheduledAt = Now,
            LastUpdated = Now,
        };
}

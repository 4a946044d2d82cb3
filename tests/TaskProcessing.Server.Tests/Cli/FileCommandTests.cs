using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class FileCommandTests : IAsyncLifetime
{
    private TestDatabase _database = null!;

    private CommandLineDriver Driver => new(_database.DataDirectory);

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

    public ValueTask DisposeAsync() => _database.DisposeAsync();

    [Fact]
    public async Task A_check_names_contents_that_belong_to_no_file_and_a_repair_removes_them()
    {
        (await Driver.SucceedAsync("file", "check")).Should().Contain("0 contents of 0 bytes").And.Contain("agree");
        var stray = BlobKey.New(DateTimeOffset.UtcNow);
        await new FolderBlobStore(Path.Combine(_database.DataDirectory, "files")).WriteAsync(
            stray,
            new MemoryStream([1, 2, 3]),
            CancellationToken.None
        );

        var found = await Driver.RunAsync("file", "check");
        found.ExitCode.Should().Be(1);
        found.Out.Should().ContainAll("1 contents of 3 bytes", "1 belong to no file", stray);
        (await Driver.RunAsync("file", "check", "--json")).Out.Should().Contain($"\"{stray}\"");

        (await Driver.SucceedAsync("file", "check", "--repair")).Should().Contain("Removed 1 contents and 0 files");
        (await Driver.SucceedAsync("file", "check")).Should().Contain("agree");
    }
}

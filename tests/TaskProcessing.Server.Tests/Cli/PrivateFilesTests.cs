using System.Net.Http.Headers;
using System.Runtime.Versioning;
using System.Text;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>The server's files are private to its own user, under any umask.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class PrivateFilesTests : IDisposable
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("data")]
    [InlineData("open")]
    public async Task Everything_is_made_for_the_servers_user_alone_also_in_a_directory_that_was_there(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
        if (name == "open")
            File.SetUnixFileMode(
                Directory.CreateDirectory(_directory.File(name)).FullName,
                Private | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute
            );
        using var server = ProgramDriver.StartCarelessly(
            _directory.Path,
            "serve",
            "--urls=http://127.0.0.1:0",
            $"--DataDirectory={_directory.File(name)}",
            "--Serilog:WriteTo:0:Name=Console",
            "--Serilog:WriteTo:0:Args:standardErrorFromLevel=Verbose",
            "--Serilog:WriteTo:1:Name=File",
            $"--Serilog:WriteTo:1:Args:path={_directory.File("logs/server.log")}"
        );
        using var client = new HttpClient { BaseAddress = await server.ListenAsync() };
        await new CommandLineDriver(_directory.File(name)).SucceedAsync("user", "add", "alice", "--password", "wonderland");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String("alice:wonderland"u8));

        await PutAsync(client, "/remote.php/dav/files/alice/a.txt");
        await client.SendAsync(new HttpRequestMessage(new HttpMethod("MKCOL"), "/remote.php/dav/uploads/alice/one"), Token);
        await PutAsync(client, "/remote.php/dav/uploads/alice/one/1");

        var made = new DirectoryInfo(_directory.Path)
            .EnumerateFileSystemInfos("*", SearchOption.AllDirectories)
            .Where(entry => entry.Name != "open")
            .ToList();
        made.Select(entry => entry.Name)
            .Should()
            .Contain(["taskprocessing.db", "taskprocessing.db-wal", "taskprocessing.db-shm", "server.log"]);
        made.OfType<FileInfo>().Should().HaveCountGreaterThan(5, "contents are there too");
        made.Where(entry => (entry.UnixFileMode & ~Private) != 0)
            .Select(entry => $"{entry.FullName}: {entry.UnixFileMode}")
            .Should()
            .BeEmpty();
        server.Terminate();
        await server.EndAsync();
    }

    [Fact]
    public async Task A_directory_into_which_others_can_look_is_left_as_it_is_and_told_of()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
        var directory = Directory.CreateDirectory(_directory.File("open"), Private | UnixFileMode.OtherExecute).FullName;
        await File.WriteAllTextAsync(Path.Combine(directory, "old.db"), "", Token);
        File.SetUnixFileMode(Path.Combine(directory, "old.db"), UnixFileMode.UserRead | UnixFileMode.OtherRead);
        // Not left to the umask, which a program under test may have changed for the whole process.
        File.SetUnixFileMode(directory, Private | UnixFileMode.OtherExecute);
        File.SetUnixFileMode(_directory.Path, Private | UnixFileMode.OtherExecute);

        PrivateFiles.IsOpen(directory).Should().BeTrue();
        PrivateFiles.ListReadable(directory).Should().Equal("old.db");
        var mode = File.GetUnixFileMode(directory);
        using var server = ProgramDriver.Start(_directory.Path, "--urls=http://127.0.0.1:0", $"--DataDirectory={directory}");
        await server.ListenAsync();
        server.Terminate();
        var told = (await server.EndAsync()).Error;

        told.Should().Contain($"Other users of this machine can look into {directory}.").And.Contain("which were made before: old.db.");
        File.GetUnixFileMode(directory).Should().Be(mode);
    }

    [Fact]
    public void A_directory_behind_a_closed_one_is_closed()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no such modes");
        var directory = Directory
            .CreateDirectory(_directory.File("inner"), Private | UnixFileMode.OtherRead | UnixFileMode.OtherExecute)
            .FullName;
        File.SetUnixFileMode(_directory.Path, Private);

        PrivateFiles.IsOpen(directory).Should().BeFalse();
        PrivateFiles.IsOpen(Path.Combine(directory, "none")).Should().BeFalse();
    }

    private static async Task PutAsync(HttpClient client, string path) =>
        (await client.PutAsync(path, new ByteArrayContent(Encoding.UTF8.GetBytes("content")), Token)).EnsureSuccessStatusCode();
}

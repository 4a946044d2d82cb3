using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep.Backups;

namespace TaskProcessing.Server.Tests.Cli.Backups;

public sealed class BackupUnderLoadTests : IDisposable
{
    private const string Type = "core:text2text";

    private readonly TemporaryDirectory _directory = new();
    private readonly ConcurrentDictionary<long, string> _tasks = new();
    private readonly ConcurrentDictionary<string, byte[]> _files = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_backup_of_a_busy_server_has_every_task_and_file_that_was_acknowledged_before()
    {
        List<long> tasks;
        Dictionary<string, byte[]> files;
        await using (
            var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" })
        )
        {
            var alice = await server.UserAsync("alice");
            await server.WorkerAsync(Type);
            using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
            var load = Enumerable
                .Range(0, 3)
                .Select(writer => WorkAsync(alice, writer, stop.Token))
                .Append(SweepAsync(server, stop.Token))
                .ToList();
            await Eventually.BecomesTrue(
                () => (_tasks.Count >= 20 && _files.Count >= 20) || load.Exists(work => work.IsCompleted),
                "some load"
            );

            // From here on the load goes on, and the backup may or may not have what it does.
            (tasks, files) = ([.. _tasks.Keys], new Dictionary<string, byte[]>(_files));
            var said = await new CommandLineDriver(server.DataDirectory).SucceedAsync("backup", _directory.File("backup"));
            said.Should().Contain("is whole");
            await stop.CancelAsync();
            await Task.WhenAll(load);
        }

        var data = _directory.File("restored");
        string[] settings = [$"--DataDirectory={data}", "--Urls=http://127.0.0.1:0", "--Providers:ReadyMade:Enabled=false"];
        (await new CommandLineDriver(data).SucceedAsync("restore", _directory.File("backup"), "--Urls=http://127.0.0.1:1"))
            .Should()
            .Contain("start the server");
        (await new CommandLineDriver(data).SucceedAsync("file", "check")).Should().Contain("agree", "no file lacks its content");

        using var restored = ProgramDriver.Start(_directory.Path, settings);
        using var client = new HttpClient { BaseAddress = await restored.ListenAsync() };
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:token-of-alice"));
        foreach (var task in tasks)
            (await client.OcsAsync("GET", $"/task/{task}?format=json")).HttpStatus.Should().Be(200, "task {0} was acknowledged", task);
        foreach (var (path, content) in files)
            (await client.GetByteArrayAsync($"/remote.php/webdav/{path}", Token)).Should().Equal(content, path);
    }

    [Fact]
    public async Task A_content_that_is_removed_under_the_backup_is_not_named_by_it()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("first.txt", [1]);
        await alice.PutFileAsync("second.txt", [1, 2]);
        var shrinking = new ShrinkingStore(
            server.Get<IBlobStore>(),
            async () =>
            {
                (await alice.DeleteAsync("/remote.php/webdav/first.txt", Token)).StatusCode.Should().Be(HttpStatusCode.NoContent);
                (await alice.DeleteAsync("/remote.php/webdav/second.txt", Token)).StatusCode.Should().Be(HttpStatusCode.NoContent);
                await alice.PutFileAsync("third.txt", [1, 2, 3]);
                await Sweep(server).RunAsync(Token);
            }
        );

        var outcome = await new MakeBackup(server.Get<IDatabaseCopies>(), shrinking, TimeProvider.System).RunAsync(
            new BackupRequest(_directory.File("backup"), Replace: false, WithContents: true, server.DataDirectory, []),
            _ => { },
            Token
        );

        var manifest = outcome.Should().BeOfType<BackupOutcome.Made>().Subject.Manifest;
        manifest
            .Should()
            .BeEquivalentTo(
                new
                {
                    Contents = 1,
                    ContentBytes = 3L,
                    Lost = Array.Empty<string>(),
                }
            );
        Directory.GetFiles(_directory.File("backup/files"), "*", SearchOption.AllDirectories).Should().ContainSingle();
    }

    /// <summary>Schedules and uploads; every third file goes again, and does not count.</summary>
    private async Task WorkAsync(HttpClient user, int writer, CancellationToken stop)
    {
        for (var i = 0; !stop.IsCancellationRequested; i++)
        {
            var reply = await user.ScheduleAsync(Type, $"{writer}-{i}");
            _tasks[reply.TaskId] = "";
            var content = new byte[1000 + i];
            Random.Shared.NextBytes(content);
            if (i % 3 == 0)
            {
                await user.PutFileAsync($"short-{writer}-{i}", content);
                await user.DeleteAsync($"/remote.php/webdav/short-{writer}-{i}", Token);
                continue;
            }

            await user.PutFileAsync($"kept-{writer}-{i}", content);
            _files[$"kept-{writer}-{i}"] = content;
        }
    }

    private static async Task SweepAsync(TestServer server, CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
            await Sweep(server).RunAsync(Token);
    }

    /// <summary>As the server's own, an hour from now: what was deleted is removed at once.</summary>
    private static SweepFiles Sweep(TestServer server)
    {
        var later = new ManualTimeProvider();
        later.SetForward(DateTimeOffset.UtcNow.AddHours(1) - later.GetUtcNow());
        return new SweepFiles(
            server.Get<IFileSweep>(),
            server.Get<IFileLockStore>(),
            server.Get<IBlobCatalogue>(),
            server.Get<IBlobStore>(),
            server.Get<IOptions<FilesOptions>>(),
            later
        );
    }

    /// <summary>Has something happen between the copy of the database and the first content.</summary>
    private sealed class ShrinkingStore(IBlobStore blobs, Func<Task> before) : IBlobStore
    {
        private readonly Lazy<Task> _happened = new(before);

        public string Location => blobs.Location;

        public async Task<Stream?> OpenAsync(string key, long offset, long length, CancellationToken cancellationToken)
        {
            await _happened.Value;
            return await blobs.OpenAsync(key, offset, length, cancellationToken);
        }

        public Task WriteAsync(string key, Stream content, CancellationToken cancellationToken) =>
            blobs.WriteAsync(key, content, cancellationToken);

        public Task DeleteAsync(string key, CancellationToken cancellationToken) => blobs.DeleteAsync(key, cancellationToken);

        public IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken cancellationToken) => blobs.ListAsync(cancellationToken);
    }
}

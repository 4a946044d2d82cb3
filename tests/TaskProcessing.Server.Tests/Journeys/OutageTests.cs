using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>
/// Full and read-only disks, and databases that go away: callers are told, no acknowledged change is lost, and the server
/// recovers by itself.
/// </summary>
public sealed class OutageTests
{
    private const string Type = "core:text2text";
    private const string Began = "cannot be used";

    [Fact]
    public async Task A_full_disk_is_a_503_until_there_is_room_again()
    {
        await using var disk = await SmallDisk.CreateAsync(megabytes: 16);
        await using var server = await StartAsync("DataDirectory", disk.Path);
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var accepted = new List<long> { (await alice.ScheduleAsync()).TaskId };

        disk.Fill();
        var refused = await ScheduleUntilRefusedAsync(alice, accepted);

        refused.HttpStatus.Should().Be(503);
        refused.StatusCode.Should().Be(503);
        refused.MetaMessage.Should().Contain("database");
        var rest = await alice.PostAsJsonAsync("/api/v1/tasks", new { task_type = "crawl", @params = new { text = Much } });
        rest.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await rest.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("code").GetInt32().Should().Be(503);
        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.InsufficientStorage);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);
        (await alice.OcsAsync("GET", $"/task/{accepted[0]}")).HttpStatus.Should().Be(200, "what is there can be read");

        disk.Free();
        accepted.Add((await alice.ScheduleAsync()).TaskId);
        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.OK);
        foreach (var id in accepted)
            (await alice.OcsAsync("GET", $"/task/{id}")).HttpStatus.Should().Be(200);
        SaidOnce(server);
    }

    [Fact]
    public async Task A_full_disk_of_files_is_a_507_for_WebDAV()
    {
        await using var disk = await SmallDisk.CreateAsync(megabytes: 4);
        await using var server = await StartAsync("Files:Folder", disk.Path);
        using var alice = await server.UserAsync("alice");
        disk.Fill();

        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.InsufficientStorage);
        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.InsufficientStorage);

        disk.Free();
        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.Created);
        SaidOnce(server);
    }

    [Fact]
    public async Task A_read_only_database_is_a_503_until_it_can_be_written_again()
    {
        await using var disk = await SmallDisk.CreateAsync(megabytes: 16);
        await using var server = await StartAsync("DataDirectory", disk.Path);
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var id = (await alice.ScheduleAsync()).TaskId;

        await disk.SetReadOnlyAsync(true);
        for (var attempt = 0; attempt < 3; attempt++)
            (await ScheduleAsync(alice)).HttpStatus.Should().Be(503);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);

        await disk.SetReadOnlyAsync(false);
        await alice.ScheduleAsync();
        (await alice.OcsAsync("GET", $"/task/{id}")).HttpStatus.Should().Be(200);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.OK);
        SaidOnce(server);
    }

    [Fact]
    public async Task A_disk_of_files_that_is_remounted_read_only_is_a_503_until_it_is_remounted_again()
    {
        await using var disk = await SmallDisk.CreateAsync(megabytes: 16);
        await using var server = await StartAsync("Files:Folder", disk.Path);
        using var alice = await server.UserAsync("alice");
        var before = (await PutAsync(alice)).RequestMessage!.RequestUri!;

        await disk.RemountAsync(readOnly: true);
        for (var attempt = 0; attempt < 3; attempt++)
            (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await alice.GetAsync(before)).StatusCode.Should().Be(HttpStatusCode.OK, "what is there can be read");
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);

        await disk.RemountAsync(readOnly: false);
        (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.Created);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.OK);
        SaidOnce(server);
    }

    [Fact]
    public async Task A_disk_that_the_kernel_makes_read_only_after_an_error_is_a_503_and_nothing_acknowledged_is_lost()
    {
        await using var disk = await SmallDisk.CreateAsync(megabytes: 16);
        var accepted = new List<long>();
        await using (var server = await StartAsync("DataDirectory", disk.Path))
        {
            using var alice = await server.UserAsync("alice");
            using var worker = await server.WorkerAsync(Type);
            for (var count = 0; count < 5; count++)
                accepted.Add((await alice.ScheduleAsync()).TaskId);

            await disk.BreakAsync();
            (await ScheduleAsync(alice)).HttpStatus.Should().Be(503);
            (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
            (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);
            SaidOnce(server);
        }

        await disk.RepairAsync();
        await using var again = await StartAsync("DataDirectory", disk.Path);
        using var returned = again.Guest();
        returned.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("alice:token-of-alice"));
        foreach (var id in accepted)
            (await returned.OcsAsync("GET", $"/task/{id}")).HttpStatus.Should().Be(200);
        (await ReadyAsync(again)).Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_folder_of_files_that_cannot_be_made_is_told_at_the_start()
    {
        var directory = new TemporaryFolder();
        var file = Path.Combine(directory.Path, "file");
        await File.WriteAllTextAsync(file, "");
        await using var server = await StartAsync("Files:Folder", Path.Combine(file, "folder"));

        await Eventually.BecomesTrue(() => server.Log.Any(line => line.Contains($"the folder {file}/folder cannot be used")), "telling");
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);
        SaidOnce(server);
    }

    [Fact]
    public async Task A_folder_without_the_contents_that_must_be_there_is_told_at_the_start()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using (var server = await TestServer.StartAsync(database, new Dictionary<string, string>()))
        {
            using var alice = await server.UserAsync("alice");
            (await PutAsync(alice)).StatusCode.Should().Be(HttpStatusCode.Created);
        }

        var other = new TemporaryFolder();
        await using var again = await TestServer.StartAsync(database, new Dictionary<string, string> { ["Files:Folder"] = other.Path });
        again.ExpectedLog.Add("1 of 1 file contents that were looked for are missing");
        await Eventually.BecomesTrue(() => again.Log.Any(line => line.Contains("1 of 1 file contents")), "telling");
    }

    [Fact]
    public async Task A_database_server_that_goes_away_and_comes_back_needs_no_restart_of_ours()
    {
        await using var postgres = await OwnPostgreSql.StartAsync("synchronous_commit = off");
        await using var server = await StartAsync("Store:ConnectionString", postgres.ConnectionString, DatabaseProvider.PostgreSql);
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        var ids = await Task.WhenAll(Enumerable.Range(0, 8).Select(async _ => (await alice.ScheduleAsync()).TaskId));

        await postgres.StopAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => ScheduleAsync(alice)));
        answers.Should().OnlyContain(answer => answer.HttpStatus == 503);
        (await alice.OcsAsync("GET", $"/task/{ids[0]}")).HttpStatus.Should().Be(503);
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.ServiceUnavailable);
        await RefusesUnreadBodiesAsync(server);

        await postgres.RiseAsync();
        ids = [.. ids, (await alice.ScheduleAsync()).TaskId];
        (await ReadyAsync(server)).Should().Be(HttpStatusCode.OK, "the dead connections were replaced");
        foreach (var id in ids)
            (await alice.OcsAsync("GET", $"/task/{id}"))
                .HttpStatus.Should()
                .Be(200, "it was acknowledged before, with synchronous_commit whatever the server's default is");
        SaidOnce(server);
        server.Log.Should().NotContain(line => line.Contains("trying again"), "one warning is enough");
    }

    /// <summary>The login cannot be looked up, so nobody reads the body. The answer is heard nevertheless.</summary>
    private static async Task RefusesUnreadBodiesAsync(TestServer server)
    {
        using var stranger = server.Guest();
        stranger.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64("bob:password"));
        (string Verb, string Path, string Type)[] requests =
        [
            ("PUT", "/remote.php/webdav/a.txt", "text/plain"),
            ("POST", $"{OcsDriver.Root}/schedule", "application/json"),
            ("POST", $"{OcsDriver.Root}/schedule", "application/x-www-form-urlencoded"),
            ("POST", $"{OcsDriver.Root}/tasks_provider/1/file", "multipart/form-data; boundary=b"),
            ("POST", "/api/v1/tasks", "application/json"),
        ];
        foreach (var (verb, path, type) in requests)
        {
            foreach (var isChunked in new[] { false, true })
            {
                using var request = new HttpRequestMessage(new HttpMethod(verb), path)
                {
                    Content = new ByteArrayContent(new byte[3_000_000]),
                };
                request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
                request.Headers.TransferEncodingChunked = isChunked;
                using var answer = await stranger.SendAsync(request);
                answer.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable, path);
                answer.Headers.RetryAfter.Should().NotBeNull(path);
            }
        }
    }

    private static void SaidOnce(TestServer server) =>
        server.Log.Should().ContainSingle(line => line.StartsWith("Warning: the ") && line.Contains(Began));

    private static string Much { get; } = new('x', 60_000);

    private static async Task<TestServer> StartAsync(string setting, string value, DatabaseProvider store = DatabaseProvider.Sqlite)
    {
        var server = await TestServer.StartAsync(
            DatabaseProvider.Sqlite,
            settings: new Dictionary<string, string>
            {
                [setting] = value,
                ["Store:Provider"] = store.ToString(),
                ["RateLimits:Enabled"] = "false",
            }
        );
        server.ExpectedLog.Add(Began);
        server.ExpectedLog.Add("507");
        server.ExpectedLog.Add("trying again");
        return server;
    }

    private static async Task<OcsReply> ScheduleUntilRefusedAsync(HttpClient client, List<long> accepted)
    {
        while (true)
        {
            var reply = await ScheduleAsync(client);
            if (reply.HttpStatus != 200)
                return reply;
            accepted.Add(reply.TaskId);
        }
    }

    private static Task<OcsReply> ScheduleAsync(HttpClient client) => client.TryScheduleAsync(Type, new { input = Much });

    private static async Task<HttpResponseMessage> PutAsync(HttpClient client)
    {
        var content = new ByteArrayContent(new byte[300_000]);
        content.Headers.ContentType = new MediaTypeHeaderValue("text/plain");
        return await client.PutAsync($"/remote.php/webdav/{Guid.NewGuid():N}.txt", content);
    }

    private static async Task<HttpStatusCode> ReadyAsync(TestServer server)
    {
        using var guest = server.Guest();
        return (await guest.GetAsync("/health/ready")).StatusCode;
    }
}

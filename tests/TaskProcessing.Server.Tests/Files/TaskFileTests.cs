using System.Net;
using System.Net.Http.Json;
using System.Text;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Support.FileDriver;
using static TaskProcessing.Server.Tests.Support.OcsDriver;

namespace TaskProcessing.Server.Tests.Files;

/// <summary>Access to files through tasks, and uploads of result files.</summary>
public sealed class TaskFileTests
{
    private const string Subtitles = "core:audio2text:subtitles";

    [Fact]
    public async Task A_task_takes_files_of_its_owner_only()
    {
        await using var server = await TestServer.StartAsync(settings: new Dictionary<string, string> { ["Files:MaxFilesPerTask"] = "2" });
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var app = await server.WorkerAsync("core:analyze-images");
        using var guest = server.Guest();
        var mine = await alice.PutFileAsync("a", Png);
        var bobs = await bob.PutFileAsync("b", Png);
        (await alice.SendAsync(new HttpRequestMessage(new HttpMethod("MKCOL"), "/remote.php/webdav/folder"))).EnsureSuccessStatusCode();
        await alice.DeleteAsync("/remote.php/webdav/a");
        var kept = await alice.PutFileAsync("c", Png);

        async Task RefusedAsync(HttpClient who, object images, int status, string message)
        {
            var reply = await who.TryScheduleAsync("core:analyze-images", new { images, input = "?" });
            (reply.HttpStatus, reply.Message).Should().Be((status, message));
        }

        await RefusedAsync(alice, new[] { kept, bobs }, 401, "User does not have access to the files mentioned in the task input");
        await RefusedAsync(alice, new[] { mine }, 400, $"Could not find file {mine}");
        await RefusedAsync(alice, new[] { 4711 }, 400, "Could not find file 4711");
        await RefusedAsync(alice, new[] { bobs + 1 }, 400, $"File with id \"{bobs + 1}\" is not a file");
        await RefusedAsync(alice, new[] { kept, kept, kept }, 400, "A task may name 2 files, not 3");
        await RefusedAsync(guest, new[] { kept }, 401, "Cannot schedule task with files referenced without user context");
    }

    [Fact]
    public async Task A_task_opens_only_what_it_names_and_only_to_its_owner_and_to_providers()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var app = await server.WorkerAsync(Subtitles);
        var named = await alice.PutFileAsync("a.txt", "named"u8.ToArray());
        var secret = await alice.PutFileAsync("b.txt", "secret"u8.ToArray());
        var id = await alice.ScheduleAsync(Subtitles, new { input = named });

        (await alice.GetStringAsync($"{Root}/tasks/{id}/file/{named}")).Should().Be("named");
        (await alice.GetStringAsync($"{Root}/task/{id}/file/{named}")).Should().Be("named");
        (await app.GetStringAsync($"{Root}/tasks_provider/{id}/file/{named}")).Should().Be("named");
        (await StatusAsync(bob, $"{Root}/tasks/{id}/file/{named}")).Should().Be(404);
        (await StatusAsync(alice, $"{Root}/tasks/{id}/file/{secret}")).Should().Be(404);
        (await StatusAsync(alice, $"{Root}/tasks_provider/{id}/file/{named}")).Should().Be(412);
        (await StatusAsync(app, $"{Root}/tasks_provider/{id}/file/{secret}")).Should().Be(404);

        // A provider cannot open a user's other files by naming them in its result.
        (await app.FinishAsync(id, new { output = secret }))
            .Should()
            .Be("STATUS_SUCCESSFUL");
        (await StatusAsync(app, $"{Root}/tasks_provider/{id}/file/{secret}")).Should().Be(404);
        (await alice.GetStringAsync($"{Root}/tasks/{id}/file/{secret}")).Should().Be("secret");
    }

    [Fact]
    public async Task A_result_names_no_file_of_another_user_or_task()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var app = await server.WorkerAsync("core:text2speech");
        var bobs = await bob.PutFileAsync("b", [1]);
        var first = await alice.ScheduleAsync("core:text2speech", new { input = "1" });
        var second = await alice.ScheduleAsync("core:text2speech", new { input = "2" });
        var third = await alice.ScheduleAsync("core:text2speech", new { input = "3" });
        var uploaded = await app.UploadAsync(first, [1, 2, 3]);

        (await app.FinishAsync(second, new { speech = uploaded })).Should().Be("STATUS_FAILED");
        (await app.FinishAsync(third, new { speech = bobs })).Should().Be("STATUS_FAILED");
        (await app.FinishAsync(first, new { speech = uploaded })).Should().Be("STATUS_SUCCESSFUL");

        (await alice.DeleteAsync($"{Root}/task/{first}")).EnsureSuccessStatusCode();
        (await StatusAsync(app, $"{Root}/tasks_provider/{first}/file/{uploaded}")).Should().Be(404);
    }

    [Fact]
    public async Task A_file_that_its_user_deletes_can_be_read_until_the_task_has_ended()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync(Subtitles);
        var file = await alice.PutFileAsync("a.txt", "still here"u8.ToArray());
        var id = await alice.ScheduleAsync(Subtitles, new { input = file });

        (await alice.DeleteAsync("/remote.php/webdav/a.txt")).EnsureSuccessStatusCode();
        (await app.GetStringAsync($"{Root}/tasks_provider/{id}/file/{file}")).Should().Be("still here");

        await app.FinishAsync(id, new { output = await app.UploadAsync(id, [1]) });
        (await StatusAsync(app, $"{Root}/tasks_provider/{id}/file/{file}")).Should().Be(404);
    }

    [Theory]
    [InlineData("out.PNG", ".png")]
    [InlineData("archive.tar.gz", ".gz")]
    [InlineData("evil.php", "")]
    [InlineData("no-ending", "")]
    [InlineData("../../etc/passwd.t-x+t", ".txt")]
    [InlineData("a.12345678901234567890", ".1234567890123456")]
    public async Task Of_an_uploaded_name_only_the_cleaned_ending_is_kept(string fileName, string ending)
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync("core:text2speech");
        var id = await alice.ScheduleAsync("core:text2speech", new { input = "x" });
        var file = await app.UploadAsync(id, Png, fileName);
        await app.FinishAsync(id, new { speech = file });

        var answer = await alice.GetAsync($"{Root}/tasks/{id}/file/{file}");

        answer.Content.Headers.ContentDisposition!.FileName.Should().MatchRegex($@"^\d+-\d+{ending.Replace(".", @"\.")}$");
    }

    [Fact]
    public async Task Uploads_that_are_too_large_too_many_or_none_are_refused_with_a_reason()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string> { ["Files:MaxUploadBytes"] = "100", ["Files:MaxFilesPerTask"] = "1" }
        );
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync("core:text2speech");
        var id = await alice.ScheduleAsync("core:text2speech", new { input = "x" });

        var large = await app.TryUploadAsync(id, new byte[101]);
        large.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await MessageOf(large)).Should().Contain("100 bytes");
        (await app.TryUploadAsync(id, Png, field: "picture")).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await MessageOf(await app.TryUploadAsync(id, Png, field: "file[]"))).Should().Contain("\"file\"");
        (await app.PostAsJsonAsync($"{Root}/tasks_provider/{id}/file", new { })).StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await app.TryUploadAsync(4711, Png)).StatusCode.Should().Be(HttpStatusCode.NotFound);
        await app.UploadAsync(id, Png);
        var many = await app.TryUploadAsync(id, Png);
        many.StatusCode.Should().Be(HttpStatusCode.RequestEntityTooLarge);
        (await MessageOf(many)).Should().Contain("1 result files");
    }

    [Fact]
    public async Task Of_several_files_in_one_form_the_last_one_counts()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync("core:text2speech");
        var id = await alice.ScheduleAsync("core:text2speech", new { input = "x" });
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent("first"u8.ToArray()), "file", "a.txt" },
            { new StringContent("ignored"), "comment" },
            { new ByteArrayContent("last"u8.ToArray()), "file", "b.txt" },
        };

        var answer = await app.PostAsync($"{Root}/tasks_provider/{id}/file", form);
        var file = (await DataOf(answer)).GetProperty("fileId").GetInt64();
        await app.FinishAsync(id, new { speech = file });

        (await alice.GetStringAsync($"{Root}/tasks/{id}/file/{file}")).Should().Be("last");
    }

    [Fact]
    public async Task A_download_goes_on_where_it_broke_off()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync("core:text2speech");
        var id = await alice.ScheduleAsync("core:text2speech", new { input = "x" });
        var file = await app.UploadAsync(id, Encoding.ASCII.GetBytes("0123456789"));
        await app.FinishAsync(id, new { speech = file });
        var tag = (await alice.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{Root}/tasks/{id}/file/{file}"))).Headers.ETag!.Tag;

        using var rest = new HttpRequestMessage(HttpMethod.Get, $"{Root}/tasks/{id}/file/{file}");
        rest.Headers.Add("Range", "bytes=4-");
        rest.Headers.Add("If-Range", tag);
        var answer = await alice.SendAsync(rest);

        answer.StatusCode.Should().Be(HttpStatusCode.PartialContent);
        (await answer.Content.ReadAsStringAsync()).Should().Be("456789");
    }

    private static async Task<int> StatusAsync(HttpClient client, string path) => (int)(await client.GetAsync(path)).StatusCode;
}

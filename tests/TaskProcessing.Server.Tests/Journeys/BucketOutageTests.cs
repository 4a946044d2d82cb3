using System.Net;
using System.Text.Json;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Observability;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>A bucket that fails in any way: the outage is logged, and ends by itself.</summary>
public sealed class BucketOutageTests
{
    private const string Type = "core:text2image";
    private const string TextType = "core:text2text";
    private const string Began = "cannot be used";

    public static TheoryData<string, string> Failures =>
        new()
        {
            { "gone", "Connection refused" },
            { "503 SlowDown", "it answered 503 SlowDown" },
            { "403 AccessDenied", "it answered 403 AccessDenied" },
            { "404 NoSuchBucket", "it answered 404 NoSuchBucket" },
            { "silent", "it did not answer in time" },
        };

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_bucket_that_fails_is_a_503_until_it_works_again(string failure, string reason)
    {
        await using var bucket = await S3Front.StartAsync();
        await using var server = await StartAsync(bucket, ("Files:S3:TimeoutSeconds", failure == "silent" ? "2" : "30"));
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type, TextType);
        await alice.PutFileAsync("before.txt", [1, 2, 3]);
        var task = await alice.ScheduleAsync(Type, new { input = "a cat", numberOfImages = 1 });
        (await worker.NextAsync($"worker:{Type}", Type)).Should().Be(task);

        await FailAsync(bucket, failure);
        var upload = await worker.TryUploadAsync(task, FileDriver.Png);
        upload.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        upload.Headers.RetryAfter.Should().NotBeNull();
        JsonElement
            .Parse(await upload.Content.ReadAsStringAsync())
            .GetProperty("ocs")
            .GetProperty("meta")
            .GetProperty("message")
            .GetString()
            .Should()
            .Be("Files cannot be stored or read at the moment, please try again later");
        (await alice.GetAsync("/remote.php/webdav/before.txt")).StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        (await ReadyAsync(server))
            .Should()
            .Be("""{"status":"Unhealthy","checks":{"store":"Healthy","files":"Unhealthy","serving":"Healthy"}}""");
        (await alice.OcsAsync("GET", $"/task/{task}")).HttpStatus.Should().Be(200, "that needs no files");
        var text = await alice.ScheduleAsync(TextType, new { input = "hello" });
        (await worker.NextAsync($"worker:{TextType}", TextType)).Should().Be(text);
        (await worker.FinishAsync(text, new { output = "done" })).Should().Be("STATUS_SUCCESSFUL", "neither does that");

        bucket.Failure = null;
        if (failure == "gone")
            await bucket.RiseAsync();
        await worker.UploadAsync(task, FileDriver.Png);
        (await alice.GetByteArrayAsync("/remote.php/webdav/before.txt")).Should().Equal(1, 2, 3);
        (await ReadyAsync(server))
            .Should()
            .Be("""{"status":"Healthy","checks":{"store":"Healthy","files":"Healthy","serving":"Healthy"}}""");
        server.Log.Should().ContainSingle(line => line.Contains(Began)).Which.Should().Contain(reason);
        string.Join('\n', server.Log).Should().NotContain("secret-of-the-endpoint").And.NotContain("S3RVER");
    }

    [Theory]
    [InlineData(507, "XMinioStorageFull")]
    [InlineData(400, "XMinioAdminBucketQuotaExceeded")]
    [InlineData(403, "QuotaExceeded")]
    public async Task A_full_bucket_is_a_507_for_WebDAV(int status, string code)
    {
        await using var bucket = await S3Front.StartAsync();
        await using var server = await StartAsync(bucket);
        using var alice = await server.UserAsync("alice");

        bucket.Failure = S3Front.Refusal(status, code);
        (await alice.PutAsync("/remote.php/webdav/a.txt", new ByteArrayContent(new byte[100])))
            .StatusCode.Should()
            .Be(HttpStatusCode.InsufficientStorage);

        bucket.Failure = null;
        (await alice.PutAsync("/remote.php/webdav/a.txt", new ByteArrayContent(new byte[100])))
            .StatusCode.Should()
            .Be(HttpStatusCode.Created);
    }

    [Theory]
    [InlineData("Files:S3:ServiceUrl", "http://127.0.0.1:1", "the bucket test at http://127.0.0.1:1 cannot be used: Connection refused")]
    [InlineData("Files:S3:Bucket", "nowhere", "the bucket nowhere at http://127.0.0.1:")]
    public async Task A_bucket_that_is_away_at_the_start_is_told_at_once(string setting, string value, string expected)
    {
        await using var bucket = await S3Front.StartAsync();
        await using var server = await TestServer.StartAsync(settings: bucket.Settings((setting, value)));
        server.ExpectedLog.Add(Began);

        await Eventually.BecomesTrue(() => server.Log.Any(line => line.Contains(expected)), "telling");
        (await ReadyAsync(server)).Should().Contain("\"files\":\"Unhealthy\"");
        server.Log.Should().ContainSingle(line => line.Contains(Began));
    }

    [Fact]
    public async Task A_bucket_that_comes_back_is_found_without_a_request_that_needs_files()
    {
        var time = new ManualTimeProvider();
        await using var bucket = await S3Front.StartAsync();
        bucket.Failure = S3Front.Refusal(503, "SlowDown");
        await using var server = await TestServer.StartAsync(time: time, settings: bucket.Settings());
        server.ExpectedLog.Add(Began);
        await Eventually.BecomesTrue(() => server.Get<Outages>().Count == 1, "out");

        bucket.Failure = null;
        time.Advance(TimeSpan.FromSeconds(10));

        await Eventually.BecomesTrue(() => server.Get<Outages>().Count == 0, "back");
    }

    [Fact]
    public async Task An_upload_in_parts_that_the_bucket_refuses_half_way_is_taken_back()
    {
        await using var bucket = await S3Front.StartAsync();
        await using var server = await StartAsync(bucket, ("Files:S3:PartBytes", "5242880"));
        using var alice = await server.UserAsync("alice");
        var abandoned = 0;
        bucket.Refuses = request =>
        {
            if (request.Method == "DELETE" && request.Query.ContainsKey("uploadId"))
                abandoned++;
            return request.Query["partNumber"] == "2" ? S3Front.Refusal(503, "SlowDown") : null;
        };

        (await alice.PutAsync("/remote.php/webdav/a.bin", new ByteArrayContent(new byte[6_000_000])))
            .StatusCode.Should()
            .Be(HttpStatusCode.ServiceUnavailable);

        abandoned.Should().Be(1);
        bucket.Refuses = null;
        await alice.PutFileAsync("a.bin", new byte[6_000_000]);
        (await alice.GetByteArrayAsync("/remote.php/webdav/a.bin")).Should().HaveCount(6_000_000);
    }

    [Fact]
    public async Task Servers_on_one_bucket_read_and_remove_each_others_files()
    {
        await using var bucket = await S3Front.StartAsync();
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, settings: bucket.Settings());
        await using var two = await one.StartPeerAsync(settings: bucket.Settings());
        using var here = await one.UserAsync("alice");
        using var there = two.Guest();
        there.DefaultRequestHeaders.Authorization = here.DefaultRequestHeaders.Authorization;
        using var worker = await one.WorkerAsync(Type);
        await here.PutFileAsync("large.bin", new byte[17_000_000]);
        (await there.GetByteArrayAsync("/remote.php/webdav/large.bin")).Should().HaveCount(17_000_000);
        var task = await there.ScheduleAsync(Type, new { input = "a cat", numberOfImages = 1 });
        (await worker.NextAsync($"worker:{Type}", Type)).Should().Be(task);
        var image = await worker.UploadAsync(task, FileDriver.Png);
        await worker.FinishAsync(task, new { images = new[] { image } });
        (await there.TaskFileAsync(await there.TaskAsync(task), image)).Should().Equal(FileDriver.Png);

        await there.DeleteAsync("/remote.php/webdav/large.bin");
        await here.DeleteAsync($"{OcsDriver.Root}/task/{task}");

        (await here.GetAsync("/remote.php/webdav/large.bin")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await there.GetAsync($"{OcsDriver.Root}/tasks/{task}/file/{image}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task A_content_that_breaks_off_in_the_middle_is_not_taken_for_whole()
    {
        await using var bucket = await S3Front.StartAsync();
        await using var server = await StartAsync(bucket);
        using var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("long.bin", new byte[1_000_000]);

        bucket.Failure = async context =>
        {
            context.Response.StatusCode = 206;
            context.Response.ContentLength = 1_000_000;
            await context.Response.Body.WriteAsync(new byte[500_000]);
            await context.Response.Body.FlushAsync();
            context.Abort();
        };

        await alice.Invoking(client => client.GetByteArrayAsync("/remote.php/webdav/long.bin")).Should().ThrowAsync<HttpRequestException>();
    }

    [Fact]
    public async Task An_address_shows_neither_its_name_nor_its_password()
    {
        await using var bucket = await S3Front.StartAsync();
        using var blobs = new S3BlobStore(bucket.Options(userInfo: "name:password"));

        blobs.Location.Should().StartWith("the bucket test at http://127.0.0.1:").And.NotContain("name:").And.NotContain("password");
    }

    private static async Task FailAsync(S3Front bucket, string failure)
    {
        if (failure == "gone")
            await bucket.StopAsync();
        else if (failure == "silent")
            bucket.Failure = S3Front.Silence;
        else
            bucket.Failure = S3Front.Refusal(int.Parse(failure.Split(' ')[0]), failure.Split(' ')[1]);
    }

    private static async Task<TestServer> StartAsync(S3Front bucket, params (string Key, string Value)[] settings)
    {
        var server = await TestServer.StartAsync(settings: bucket.Settings(settings));
        server.ExpectedLog.Add(Began);
        return server;
    }

    private static async Task<string> ReadyAsync(TestServer server)
    {
        using var guest = server.Guest();
        using var answer = await guest.GetAsync("/health/ready");
        return await answer.Content.ReadAsStringAsync();
    }
}

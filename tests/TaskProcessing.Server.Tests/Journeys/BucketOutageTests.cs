using System.Net;
using System.Text.Json;
using TaskProcessing.Server.Files.Blobs;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>A bucket that fails in any way: the outage is logged, and ends by itself.</summary>
public sealed class BucketOutageTests
{
    private const string Type = "core:text2image";
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
        await using var server = await StartAsync(bucket, timeoutSeconds: failure == "silent" ? 2 : 30);
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        await alice.PutFileAsync("before.txt", [1, 2, 3]);
        var task = await alice.ScheduleAsync(Type, new { input = "a cat", numberOfImages = 1 });
        (await worker.NextAsync($"worker:{Type}", Type)).Should().Be(task);

        await FailAsync(bucket, failure);
        var upload = await worker.TryUploadAsync(task, FileDriver.Png);
        upload.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        upload.Headers.RetryAfter.Should().NotBeNull();
        var text = await upload.Content.ReadAsStringAsync();
        JsonElement
            .Parse(text)
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

    private static async Task<TestServer> StartAsync(S3Front bucket, int timeoutSeconds = 30)
    {
        var server = await TestServer.StartAsync(settings: bucket.Settings(("Files:S3:TimeoutSeconds", $"{timeoutSeconds}")));
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

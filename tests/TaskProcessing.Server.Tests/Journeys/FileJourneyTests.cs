using System.Net;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using static TaskProcessing.Server.Tests.Support.FileDriver;
using static TaskProcessing.Server.Tests.Support.OcsDriver;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Tasks that read and write pictures, from the user's upload to the user's download.</summary>
public sealed class FileJourneyTests
{
    [Theory]
    [InlineData("Sqlite", "Folder")]
    [InlineData("PostgreSql", "Folder")]
    [InlineData("Sqlite", "S3")]
    public async Task A_picture_is_analysed(string store, string storage)
    {
        await using var s3 = storage == "S3" ? await S3Server.StartAsync() : null;
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), settings: s3?.Settings);
        using var alice = await server.UserAsync("alice");
        using var app = await server.WorkerAsync("core:analyze-images");
        var picture = await alice.PutFileAsync("dot.png", Png);

        var id = await alice.ScheduleAsync(
            "core:analyze-images",
            new { images = new object[] { picture, $"{picture}" }, input = "What is it?" }
        );
        var claimed = await app.OcsAsync(
            "GET",
            "/tasks_provider/next?providerIds[]=worker:core:analyze-images&taskTypeIds[]=core:analyze-images"
        );
        claimed.Task["input"]!["images"]!.AsArray().Select(image => (long)image!).Should().Equal(picture, picture);

        var seen = await app.GetAsync($"{Root}/tasks_provider/{id}/file/{picture}");
        seen.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
        (await seen.Content.ReadAsByteArrayAsync()).Should().Equal(Png);
        (await app.FinishAsync(id, new { output = "A dot." })).Should().Be("STATUS_SUCCESSFUL");
    }

    [Theory]
    [InlineData("Sqlite", "Folder")]
    [InlineData("PostgreSql", "Folder")]
    [InlineData("Sqlite", "S3")]
    public async Task Pictures_are_made_from_a_text(string store, string storage)
    {
        await using var s3 = storage == "S3" ? await S3Server.StartAsync() : null;
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), settings: s3?.Settings);
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var app = await server.WorkerAsync("core:text2image");

        var id = await alice.ScheduleAsync("core:text2image", new { input = "dots", numberOfImages = 2 });
        (await app.NextAsync("worker:core:text2image", "core:text2image")).Should().Be(id);
        long[] images = [await app.UploadAsync(id, Png), await app.UploadAsync(id, Png)];
        (await alice.GetAsync($"{Root}/tasks/{id}/file/{images[0]}"))
            .StatusCode.Should()
            .Be(HttpStatusCode.NotFound, "no result names it yet");
        (await app.FinishAsync(id, new { images })).Should().Be("STATUS_SUCCESSFUL");

        foreach (var image in images)
        {
            var answer = await alice.GetAsync($"{Root}/tasks/{id}/file/{image}");
            answer.Content.Headers.ContentType!.MediaType.Should().Be("image/png");
            answer.Content.Headers.ContentDisposition!.FileName.Should().MatchRegex(@"^\d+-\d+\.png$");
            (await answer.Content.ReadAsByteArrayAsync()).Should().Equal(Png);
            (await bob.GetAsync($"{Root}/tasks/{id}/file/{image}")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        }
    }
}

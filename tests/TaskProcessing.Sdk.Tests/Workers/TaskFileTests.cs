using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;
using static TaskProcessing.Sdk.Tests.Support.StandInServer;

namespace TaskProcessing.Sdk.Tests.Workers;

/// <summary>Files that a server will never take fail their task with a sentence; others are sent until they are there.</summary>
public sealed class TaskFileTests
{
    private const string Register = "POST /ocs/v2.php/apps/app_api/api/v1/ai_provider/task_processing";
    private const string Next = "GET /ocs/v2.php/taskprocessing/tasks_provider/next";
    private const string Seven = "POST /ocs/v2.php/taskprocessing/tasks_provider/7";

    private static readonly Answer InternalError = Envelope("""{"message":"Internal error"}""", 996, http: 500);

    private readonly ManualTimeProvider _time = new();

    [Fact]
    public async Task An_upload_that_fails_the_server_again_and_again_names_PHPs_limit()
    {
        var (error, uploads) = await UploadAsync(InternalError);

        uploads.Should().Be(5);
        error.Should().Contain("PHP's upload_max_filesize").And.Contain("3.0 MB").And.Contain("picture.png");
    }

    [Fact]
    public async Task An_upload_that_fails_the_server_now_and_then_arrives()
    {
        var (error, uploads) = await UploadAsync(InternalError, InternalError, Raw(503, ""), Envelope("""{"fileId":41}""", 201));

        uploads.Should().Be(4);
        error.Should().BeNull();
    }

    [Theory]
    [InlineData(413, "client_max_body_size")]
    [InlineData(400, "post_max_size")]
    public async Task An_upload_that_is_refused_is_not_repeated(int status, string cause)
    {
        var (error, uploads) = await UploadAsync(Raw(status, "<html>"));

        uploads.Should().Be(1);
        error.Should().Contain(cause);
    }

    private async Task<(string? Error, int Uploads)> UploadAsync(params Answer[] answers)
    {
        await using var server = (await StandInServer.StartAsync()).AsNextcloud("33.0.0.0");
        var delivered = new TaskCompletionSource();
        server
            .On(Register, Envelope("[]"))
            .On(Next, Claim(7, "test:one"), NoContent)
            .On($"{Seven}/file", answers)
            .On($"{Seven}/progress", Answered(7, "STATUS_RUNNING"))
            .On(
                $"{Seven}/result",
                async http =>
                {
                    await Answered(7, "STATUS_SUCCESSFUL")(http);
                    delivered.TrySetResult();
                }
            );
        using var source = new OcsWorkSource(
            new OcsWorkerOptions
            {
                Server = server.Address,
                AppId = "a",
                Secret = "s",
            },
            _time
        );
        await using var worker = new RunningWorker(
            source,
            _time,
            new ScriptedProvider(async context => new TaskOutput
            {
                { "image", await context.UploadFileAsync(new MemoryStream(new byte[3_000_000]), "picture.png") },
            })
        );

        await _time.RunUntilAsync(delivered.Task);

        var error = server.CallsTo($"{Seven}/result").Single().Json.GetProperty("errorMessage").GetString();
        return (error, server.CallsTo($"{Seven}/file").Count);
    }
}

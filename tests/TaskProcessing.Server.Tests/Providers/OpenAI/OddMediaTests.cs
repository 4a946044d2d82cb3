using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>The table of odd answers where images, sounds and transcripts should come.</summary>
public sealed class OddMediaTests
{
    private const string Secret = "very-secret-key";

    public static TheoryData<string> ImageRows => [.. OddMedia.Images.Select(row => row.ToString())];

    public static TheoryData<string> SpeechRows => [.. OddMedia.Speech.Select(row => row.ToString())];

    public static TheoryData<string> TranscriptRows => [.. OddMedia.Transcripts.Select(row => row.ToString())];

    [Theory]
    [MemberData(nameof(ImageRows))]
    public async Task What_an_image_comes_to(string row) =>
        await CheckAsync(
            OddMedia.Images.Single(odd => odd.ToString() == row),
            """{"input":"A boat","numberOfImages":1}""",
            "core:text2image"
        );

    [Theory]
    [MemberData(nameof(SpeechRows))]
    public async Task What_speech_comes_to(string row) =>
        await CheckAsync(OddMedia.Speech.Single(odd => odd.ToString() == row), """{"input":"Hello","speed":2}""", "core:text2speech");

    [Theory]
    [MemberData(nameof(TranscriptRows))]
    public async Task What_a_transcript_comes_to(string row) =>
        await CheckAsync(OddMedia.Transcripts.Single(odd => odd.ToString() == row), """{"input":1}""", "core:audio2text");

    [Fact]
    public void The_table_is_long_enough()
    {
        OddMedium[] all = [.. OddMedia.Images, .. OddMedia.Speech, .. OddMedia.Transcripts];
        all.Should().HaveCountGreaterThan(60).And.OnlyContain(row => (row.Output ?? row.Files ?? row.UserError) != null);
    }

    private static async Task CheckAsync(OddMedium row, string input, string taskType)
    {
        await using var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions
            {
                Key = Secret,
                RetrySeconds = 0,
                ImageModel = "able",
                SpeechModel = "able",
                TranscriptionModel = "able",
            }
        );
        bench.Files[1] = SmallFiles.Mp3;
        foreach (var reply in row.Replies)
            bench.Endpoint.Script.Enqueue(reply.SendAsync);

        using var run = await bench.RunAsync(input, taskType);

        if (row.UserError is null)
        {
            run.Failure.Should().BeNull();
            if (row.Output is not null)
                run.Text("output").Should().Be(row.Output);
            string.Join(' ', run.UploadedNames.Values).Should().Be(row.Files ?? "");
            if (row.Content is not null)
                run.Uploaded.Values.First().Should().Equal(row.Content);
        }
        else
        {
            var failure = run.Failure.Should().BeOfType<TaskFailedException>(run.Output?.ToJson()).Subject;
            failure.UserMessage.Should().Be(row.UserError);
            failure.Message.Should().Contain(row.Error);
            failure.ToString().Should().NotContain(Secret);
            failure.Retryable.Should().Be(row.IsRetried);
            run.Uploaded.Should().BeEmpty();
        }

        bench.Endpoint.Requests.Should().HaveCount(row.Replies.Length);
        var members = new List<IReadOnlyCollection<string>>();
        foreach (var request in bench.Endpoint.Requests)
            members.Add(
                request.ContentType.StartsWith("application/json", StringComparison.Ordinal)
                    ? [.. request.Json.EnumerateObject().Select(member => member.Name)]
                    : (await request.FormAsync()).Keys
            );
        string.Join(' ', members.Zip(members.Skip(1), (before, after) => string.Join(' ', before.Except(after)))).Should().Be(row.LeftOut);
    }
}

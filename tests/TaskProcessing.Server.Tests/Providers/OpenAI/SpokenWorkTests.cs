using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Work with speech: subtitles, conversations by voice, translations of recordings, long texts that are read aloud.</summary>
public sealed class SpokenWorkTests
{
    private const string Subtitles = "core:audio2text:subtitles";
    private const string AudioChat = "core:audio2audio:chat";
    private const string AudioTranslate = "core:audio2audio:translate";
    private const string Speech = "core:text2speech";

    /// <summary>A second of nothing: one frame of the third layer, 32 kbit/s at 24 kHz, and the head of a file around it.</summary>
    private static readonly byte[] Frame = [0xff, 0xf3, 0x44, 0xc4, .. new byte[92]];

    private static readonly byte[] LengthFrame = [0xff, 0xf3, 0x44, 0xc4, .. new byte[9], .. "Xing"u8, .. new byte[79]];

    [Theory]
    [InlineData(
        """{"text":"Open the door. Now!","segments":[{"start":0,"end":1.25,"text":" Open the door."},"""
            + """{"start":3661.5,"end":3662,"text":" Now!"}]}"""
    )]
    [InlineData("""{"chunks":[{"timestamp":[0,1.25],"text":"Open the door."},{"timestamp":[3661.5,3662],"text":"Now!"}]}""")]
    [InlineData("1\n00:00:00,000 --> 00:00:01,250\nOpen the door.\n\n2\n01:01:01,500 --> 01:01:02,000\nNow!\n")]
    [InlineData("WEBVTT\n\n00:00.000 --> 00:01.250 align:start\nOpen the door.\n\n01:01:01.500 --> 01:01:02.000\nNow!\n")]
    [InlineData(
        """{"transcription":[{"offsets":{"from":0,"to":1250},"text":"Open the door."},"""
            + """{"offsets":{"from":3661500,"to":3662000},"text":"Now!"}]}"""
    )]
    public async Task Subtitles_are_made_of_any_answer_with_times(string answer)
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, answer));

        using var run = await bench.RunAsync("""{"input":1}""", Subtitles);

        run.Failure.Should().BeNull();
        run.UploadedNames.Values.Should().Equal("subtitles.srt");
        Encoding
            .UTF8.GetString(run.Uploaded[run.Value("output").GetInt64()])
            .Should()
            .Be("1\n00:00:00,000 --> 00:00:01,250\nOpen the door.\n\n2\n01:01:01,500 --> 01:01:02,000\nNow!\n\n");
        (await bench.Endpoint.Requests.Single().FormAsync())
            .Should()
            .Contain("response_format", "verbose_json")
            .And.Contain("file", $"audio.mp3, {SmallFiles.Mp3.Length} bytes");
    }

    [Fact]
    public async Task A_model_that_tells_no_times_makes_no_subtitles_and_says_what_to_set()
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Answers(
                400,
                """{"error":{"message":"response_format 'verbose_json' is not compatible with model 'ears'."""
                    + """ Use 'json' or 'text' instead.","param":"response_format"}}"""
            )
        );
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, """{"text":"Open the door."}"""));

        using var run = await bench.RunAsync("""{"input":1}""", Subtitles);

        var failure = run.Failure.Should().BeOfType<TaskFailedException>().Subject;
        failure.Message.Should().StartWith("Endpoint test, model ears: ").And.Contain("TranscriptionModel");
        failure.UserMessage.Should().Be("The AI model does not say when something is said. Please tell your administrator.");
    }

    [Fact]
    public async Task What_is_no_sound_is_not_sent()
    {
        await using var bench = await StartAsync();
        bench.Files[2] = "%PDF-1.7"u8.ToArray();

        using var run = await bench.RunAsync("""{"input":2}""", Subtitles);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.UserMessage.Should().Be("The file is neither a sound nor a video.");
        bench.Endpoint.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_conversation_by_voice_is_heard_answered_and_read_aloud()
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Otherwise = Answer("Who is there?", "It is me.");

        using var run = await bench.RunAsync(
            """{"system_prompt":"Be kind.","input":1,"history":["Hello","Hello to you"],"voice":"nova"}""",
            AudioChat
        );

        run.Failure.Should().BeNull();
        run.Text("input_transcript").Should().Be("Who is there?");
        run.Text("output_transcript").Should().Be("It is me.");
        run.Uploaded[run.Value("output").GetInt64()].Should().Equal(SmallFiles.Wav);
        run.UploadedNames.Values.Should().Equal("speech.wav");
        run.Streamed[^1].ToJson().Should().Be("""{"input_transcript":"Who is there?","output_transcript":"It is me."}""");
        bench
            .Endpoint.Requests.Select(request => request.Call)
            .Should()
            .Equal("POST /v1/audio/transcriptions", "POST /v1/chat/completions", "POST /v1/audio/speech");
        var asked = bench.Endpoint.Requests.ElementAt(1).Messages.ToList();
        asked[0].Should().StartWith("system: Be kind.\n\nThe user speaks to you");
        asked.Skip(1).Should().Equal("user: Hello", "assistant: Hello to you", "user: Who is there?");
        bench.Endpoint.Requests.Last().Json.GetProperty("voice").GetString().Should().Be("nova");
        bench.Endpoint.Requests.Last().Json.GetProperty("input").GetString().Should().Be("It is me.");
    }

    [Theory]
    [InlineData(AudioChat, """{"system_prompt":"","input":1,"history":[]}""")]
    [InlineData(AudioTranslate, """{"input":1,"origin_language":"en","target_language":"de"}""")]
    public async Task Where_nothing_is_said_nothing_is_answered(string taskType, string input)
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Otherwise = Answer(" ", "never");

        using var run = await bench.RunAsync(input, taskType);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.UserMessage.Should().Be("Nothing is said in the recording.");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Theory]
    [InlineData("en", "en", "Translate the user's text from English into German.")]
    [InlineData("detect_language", null, "Translate the user's text into German.")]
    public async Task A_recording_is_said_in_another_language(string origin, string? language, string prompt)
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Otherwise = Answer("Good day.", "Guten Tag.");

        using var run = await bench.RunAsync($$"""{"input":1,"origin_language":"{{origin}}","target_language":"de"}""", AudioTranslate);

        run.Failure.Should().BeNull();
        run.Uploaded[run.Value("audio_output").GetInt64()].Should().Equal(SmallFiles.Wav);
        (await bench.Endpoint.Requests.First().FormAsync()).GetValueOrDefault("language").Should().Be(language);
        bench.Endpoint.Requests.ElementAt(1).Messages.First().Should().StartWith($"system: {prompt}");
        bench.Endpoint.Requests.Last().Json.GetProperty("input").GetString().Should().Be("Guten Tag.");
        run.Streamed.Should().BeEmpty("the translation is no result");
    }

    [Fact]
    public async Task A_long_text_is_read_aloud_in_parts_that_become_one_file()
    {
        await using var bench = await StartAsync(options => options.SpeechPartCharacters = 100);
        byte[] tag = [.. "ID3"u8, 4, 0, 0, 0, 0, 0, 2, 9, 9];
        bench.Endpoint.Script.Enqueue(Sound([.. tag, .. LengthFrame, .. Frame]));
        bench.Endpoint.Script.Enqueue(Sound([.. tag, .. Frame, .. Frame, .. "TAG"u8, .. new byte[125]]));

        using var run = await bench.RunAsync(JsonSerializer.Serialize(new { input = Sentences(3) }), Speech);

        run.Failure.Should().BeNull();
        run.UploadedNames.Values.Should().Equal("speech.mp3");
        run.Uploaded.Values.Single().Should().Equal([.. Frame, .. Frame, .. Frame]);
        string.Join(' ', bench.Endpoint.Requests.Select(request => request.Json.GetProperty("input").GetString()))
            .Should()
            .Be(Sentences(3));
        bench.Endpoint.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task Parts_of_a_wav_become_one_wav()
    {
        await using var bench = await StartAsync(options => options.SpeechPartCharacters = 100);
        bench.Endpoint.Script.Enqueue(Sound(SmallFiles.Wav));
        bench.Endpoint.Script.Enqueue(Sound(SmallFiles.EndlessWav));

        using var run = await bench.RunAsync(JsonSerializer.Serialize(new { input = Sentences(3) }), Speech);

        run.UploadedNames.Values.Should().Equal("speech.wav");
        var wav = run.Uploaded.Values.Single();
        wav.Should().HaveCount(44 + 16).And.EndWith((byte[])[1, 0, 2, 0, 3, 0, 4, 0, 1, 0, 2, 0, 3, 0, 4, 0]);
        BitConverter.ToInt32(wav, 40).Should().Be(16);
        BitConverter.ToInt32(wav, 4).Should().Be(wav.Length - 8);
    }

    [Fact]
    public async Task A_text_that_the_model_finds_too_long_is_halved()
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Otherwise = context =>
            (
                bench.Endpoint.Requests.Last().Json.GetProperty("input").GetString()!.Length > 600
                    ? ModelEndpoint.Answers(
                        422,
                        """{"detail":[{"type":"string_too_long","loc":["body","input"],"""
                            + """ "msg":"String should have at most 600 characters"}]}"""
                    )
                    : Sound(Frame)
            )(context);

        using var run = await bench.RunAsync(JsonSerializer.Serialize(new { input = Sentences(20) }), Speech);

        run.Failure.Should().BeNull();
        run.Uploaded.Values.Single().Should().Equal([.. Frame, .. Frame]);
    }

    [Fact]
    public async Task Parts_that_cannot_be_joined_are_no_result()
    {
        await using var bench = await StartAsync(options => options.SpeechPartCharacters = 100);
        bench.Endpoint.Otherwise = Sound(SmallFiles.Flac);

        using var run = await bench.RunAsync(JsonSerializer.Serialize(new { input = Sentences(3) }), Speech);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Contain("SpeechPartCharacters");
        run.Uploaded.Should().BeEmpty();
    }

    [Fact]
    public void What_is_no_frame_is_none()
    {
        Mp3Frame.LengthOf(Frame).Should().Be(Frame.Length);
        Mp3Frame.LengthOf([0xff, 0xfb, 0x90, 0x00]).Should().Be(417);
        Mp3Frame.LengthOf([0xff, 0xfb, 0xf0, 0x00]).Should().BeNull();
        Mp3Frame.LengthOf([0xff, 0xf1, 0x50, 0x80]).Should().BeNull();
        Mp3Frame.LengthOf("RIFF"u8).Should().BeNull();
    }

    private static string Sentences(int count) =>
        string.Join(' ', Enumerable.Range(10, count).Select(number => $"The ship number {number} left the harbour at noon."));

    private static Func<HttpContext, Task> Sound(byte[] bytes) => new Reply(200, "audio/mpeg", bytes).SendAsync;

    /// <summary>Hears always the same, answers always the same, and says anything.</summary>
    private static Func<HttpContext, Task> Answer(string heard, string answered) =>
        context =>
            (
                context.Request.Path.Value!.Split('/')[^1] switch
                {
                    "transcriptions" => ModelEndpoint.Answers(200, JsonSerializer.Serialize(new { text = heard })),
                    "speech" => Sound(SmallFiles.Wav),
                    _ => ModelEndpoint.Streams(answered),
                }
            )(context);

    private static async Task<EndpointBench> StartAsync(Action<OpenAIEndpointOptions>? with = null)
    {
        var options = new OpenAIEndpointOptions { SpeechModel = "mouth", TranscriptionModel = "ears" };
        with?.Invoke(options);
        var bench = await EndpointBench.StartAsync(options);
        bench.Files[1] = SmallFiles.Mp3;
        return bench;
    }
}

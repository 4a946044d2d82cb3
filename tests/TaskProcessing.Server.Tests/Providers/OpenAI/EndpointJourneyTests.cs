using System.Text;
using System.Text.Json;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Tasks of every type that endpoints serve, from the schedule to the result, with one address configured.</summary>
public sealed class EndpointJourneyTests : IAsyncLifetime
{
    private OpenAIServer _models = null!;
    private TestServer _server = null!;
    private HttpClient _user = null!;

    public async ValueTask InitializeAsync()
    {
        _models = await OpenAIServer.StartAsync();
        _server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Providers:OpenAI:local:BaseAddress"] = _models.Url,
                ["Providers:OpenAI:local:VisionModel"] = "tiny-vision",
            }
        );
        _user = await _server.UserAsync("alice");
        await Eventually.BecomesTrue(
            () => _server.Get<CurrentTaskTypes>().Current.Find("core:text2text") is not null,
            "the endpoint's offer"
        );
    }

    public async ValueTask DisposeAsync()
    {
        _user?.Dispose();
        if (_server is not null)
            await _server.DisposeAsync();
        if (_models is not null)
            await _models.DisposeAsync();
    }

    [Fact]
    public async Task Every_type_that_the_models_can_do_is_on_offer_with_its_choices()
    {
        var types = await _user.TaskTypesAsync();

        types
            .EnumerateObject()
            .Select(type => type.Name)
            .Where(name => name.StartsWith("core:", StringComparison.Ordinal))
            .Should()
            .BeEquivalentTo(OpenAIProviders.TaskTypes)
            .And.HaveCount(25);
        var translate = types.GetProperty("core:text2text:translate");
        translate
            .GetProperty("optionalInputShapeEnumValues")
            .GetProperty("model")
            .EnumerateArray()
            .Select(choice => choice.GetProperty("value").GetString())
            .Should()
            .Equal("tiny-chat", "tiny-vision");
        translate
            .GetProperty("optionalInputShapeDefaults")
            .EnumerateObject()
            .Select(slot => $"{slot.Name}: {slot.Value}")
            .Should()
            .BeEquivalentTo("max_tokens: 4096", "model: tiny-chat");
        translate.GetProperty("inputShapeDefaults").GetRawText().Should().Be("""{"origin_language":"detect_language"}""");
        translate.GetProperty("inputShapeEnumValues").GetProperty("target_language").GetArrayLength().Should().BeGreaterThan(40);
    }

    [Fact]
    public async Task Texts_are_answered()
    {
        var cases = new (string Type, string Input, string Output)[]
        {
            ("core:text2text", """{"input":"Hi"}""", "🐢 Hi"),
            (
                "core:text2text:chat",
                """{"system_prompt":"Be kind and brief","input":"Hi","history":["A","B"]}""",
                "🐢 Be kind and | A | B | Hi"
            ),
            ("core:text2text:summary", """{"input":"Hi"}""", "🐢 Summarise the user's | Hi"),
            ("core:text2text:headline", """{"input":"Hi"}""", "🐢 Write one headline | Hi"),
            ("core:text2text:topics", """{"input":"Hi"}""", "🐢 Name the main | Hi"),
            ("core:text2text:simplification", """{"input":"Hi"}""", "🐢 Rewrite the user's | Hi"),
            ("core:text2text:reformulation", """{"input":"Hi"}""", "🐢 Say what the | Hi"),
            ("core:text2text:formalization", """{"input":"Hi"}""", "🐢 Rewrite the user's | Hi"),
            (
                "core:text2text:improve",
                """{"input":"Hi","instructions":"Longer"}""",
                "🐢 Improve the user's | <instructions>\nLonger\n</instructions>\n\n<text>\nHi\n</text>"
            ),
            ("core:text2text:proofread", """{"input":"Hi"}""", "🐢 Proofread the user's | Hi"),
            ("core:text2text:changetone", """{"input":"Hi","tone":"friendlier"}""", "🐢 Rewrite the user's | Hi"),
            ("core:text2text:translate", """{"input":"Hi","target_language":"de"}""", "🐢 Translate the user's | Hi"),
            (
                "core:contextwrite",
                """{"style_input":"S","source_input":"T"}""",
                "🐢 The user gives | <style>\nS\n</style>\n\n<source>\nT\n</source>"
            ),
            ("core:text2text:reformatparagraphs", """{"input":"Hi"}""", "🐢 Break the user's | Hi"),
            ("core:generateemoji", """{"input":"Hi"}""", "🐢"),
        };

        var answers = await Task.WhenAll(
            cases.Select(async one =>
                (await _user.SucceedAsync(one.Type, JsonElement.Parse(one.Input))).GetProperty("output").GetProperty("output").GetString()
            )
        );

        cases.Zip(answers, (one, answer) => (one.Type, answer)).Should().Equal(cases.Select(one => (one.Type, (string?)one.Output)));
    }

    [Fact]
    public async Task A_chat_with_tools_asks_for_them_and_takes_their_answers()
    {
        const string tools =
            """[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object","properties":"""
            + """{"city":{"type":"string"}}}}}]""";

        var asking = await _user.SucceedAsync(
            "core:text2text:chatwithtools",
            new
            {
                system_prompt = "",
                input = "Weather in Ulm?",
                tool_message = "",
                history = Array.Empty<string>(),
                tools,
            }
        );
        var calls = asking.GetProperty("output").GetProperty("tool_calls").GetString()!;
        var answering = await _user.SucceedAsync(
            "core:text2text:chatwithtools",
            new
            {
                system_prompt = "",
                input = "",
                tool_message = """[{"name":"weather","content":"rain","tool_call_id":"call_1"}]""",
                history = new[]
                {
                    """{"role":"human","content":"Weather in Ulm?"}""",
                    $$"""{"role":"assistant","content":"","tool_calls":{{calls}}}""",
                },
                tools,
            }
        );

        calls.Should().Be("""[{"name":"weather","type":"tool_call","id":"call_1","args":{"city":"Ulm"}}]""");
        answering.GetProperty("output").GetRawText().Should().Contain("rain");
        answering.GetProperty("output").GetProperty("tool_calls").GetString().Should().Be("[]");
    }

    [Fact]
    public async Task A_task_may_choose_its_model_and_the_length_of_its_answer_and_no_other_model()
    {
        var task = await _user.SucceedAsync(
            "core:text2text",
            new
            {
                input = "Hi",
                model = "tiny-vision",
                max_tokens = 5,
            }
        );
        var refused = await _user.TryScheduleAsync("core:text2text", new { input = "Hi", model = "gone" });

        task.GetProperty("output").GetProperty("output").GetString().Should().Be("🐢 Hi");
        refused.HttpStatus.Should().Be(400);
        refused.Message.Should().Contain("model");
    }

    [Fact]
    public async Task Images_are_looked_at()
    {
        var image = await _user.PutFileAsync("red.png", FileDriver.Png);

        var task = await _user.SucceedAsync("core:analyze-images", new { images = new[] { image, image }, input = "What is it?" });

        task.GetProperty("output")
            .GetProperty("output")
            .GetString()
            .Should()
            .Be("🐢 Answer the user's | What is it? <data:image/png;base64,> <data:image/png;base64,>");
    }

    [Fact]
    public async Task Images_are_made()
    {
        var task = await _user.SucceedAsync("core:text2image", new { input = "A red dot", numberOfImages = 2 });

        var images = task.GetProperty("output").GetProperty("images").EnumerateArray().Select(image => image.GetInt64()).ToList();
        images.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        (await _user.TaskFileAsync(task, images[1])).Should().Equal(FileDriver.Png);
    }

    [Fact]
    public async Task Speech_is_written_down_and_made()
    {
        var sound = await _user.PutFileAsync("door.mp3", "ID3 sound"u8.ToArray());

        var heard = await _user.SucceedAsync("core:audio2text", new { input = sound });
        var spoken = await _user.SucceedAsync(
            "core:text2speech",
            new
            {
                input = "Hello",
                voice = "nova",
                speed = 1.5,
            }
        );

        heard.GetProperty("output").GetProperty("output").GetString().Should().Be("open the door");
        Encoding
            .UTF8.GetString(await _user.TaskFileAsync(spoken, spoken.GetProperty("output").GetProperty("speech").GetInt64()))
            .Should()
            .Be("ID3 a voice");
    }

    [Fact]
    public async Task Recordings_get_subtitles_answers_and_translations()
    {
        var sound = await _user.PutFileAsync("door.mp3", "ID3 sound"u8.ToArray());

        var subtitles = await _user.SucceedAsync("core:audio2text:subtitles", new { input = sound });
        var answer = await _user.SucceedAsync(
            "core:audio2audio:chat",
            new
            {
                system_prompt = "",
                input = sound,
                history = Array.Empty<string>(),
            }
        );
        var translation = await _user.SucceedAsync("core:audio2audio:translate", new { input = sound, target_language = "de" });

        (await TextAsync(subtitles, "output")).Should().Be("1\n00:00:00,000 --> 00:00:01,500\nopen the door\n\n");
        (await TextAsync(answer, "output")).Should().Be("ID3 a voice");
        answer.GetProperty("output").GetProperty("input_transcript").GetString().Should().Be("open the door");
        answer.GetProperty("output").GetProperty("output_transcript").GetString().Should().Be("🐢 The user speaks | open the door");
        (await TextAsync(translation, "audio_output")).Should().Be("ID3 a voice");
    }

    [Fact]
    public async Task Files_are_read_and_talked_about()
    {
        var image = await _user.PutFileAsync("red.png", FileDriver.Png);

        var read = await _user.SucceedAsync("core:image2text:ocr", new { input = new[] { image } });
        var talk = await _user.SucceedAsync(
            "core:text2text:multimodal-chatwithtools",
            new
            {
                system_prompt = "",
                input = "What is it?",
                input_attachments = new[] { image },
                tool_message = "",
                history = Array.Empty<string>(),
                tools = "",
            }
        );

        read.GetProperty("output").GetProperty("output")[0].GetString().Should().Be("🐢 Write down all | <data:image/png;base64,>");
        talk.GetProperty("output")
            .EnumerateObject()
            .Select(slot => $"{slot.Name}: {slot.Value}")
            .Should()
            .BeEquivalentTo("output: 🐢 What is it? <data:image/png;base64,>", "output_attachments: []", "tool_calls: []");
    }

    private async Task<string> TextAsync(JsonElement task, string slot) =>
        Encoding.UTF8.GetString(await _user.TaskFileAsync(task, task.GetProperty("output").GetProperty(slot).GetInt64()));
}

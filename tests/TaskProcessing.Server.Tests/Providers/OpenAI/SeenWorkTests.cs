using System.Text.Json;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Work with files that models look at: reading their text, and chats with attachments.</summary>
public sealed class SeenWorkTests
{
    private const string Ocr = "core:image2text:ocr";
    private const string Chat = "core:text2text:multimodal-chatwithtools";
    private static readonly byte[] Pdf = "%PDF-1.7 …"u8.ToArray();

    [Fact]
    public async Task The_text_of_each_file_is_read_in_a_call_of_its_own()
    {
        await using var bench = await StartAsync();
        bench.Files[2] = Pdf;
        bench.Files[3] = SmallFiles.Jpeg;
        foreach (var answer in (string[])["Exit", "Page 1", "NO TEXT."])
            bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams(answer));

        using var run = await bench.RunAsync("""{"input":[1,2,3]}""", Ocr);

        run.Failure.Should().BeNull();
        run.Value("output").GetRawText().Should().Be("""["Exit","Page 1",""]""");
        run.Progress.Should().HaveCount(3).And.EndWith(1);
        var parts = bench.Endpoint.Requests.Select(request => request.Json.GetProperty("messages")[1].GetProperty("content")[0]).ToList();
        parts[0].GetProperty("image_url").GetProperty("url").GetString().Should().StartWith("data:image/png;base64,");
        parts[1].GetProperty("file").GetProperty("file_data").GetString().Should().StartWith("data:application/pdf;base64,");
        parts[2].GetProperty("image_url").GetProperty("url").GetString().Should().StartWith("data:image/jpeg;base64,");
        bench.Endpoint.Requests.First().Messages.First().Should().StartWith("system: Write down all the text");
    }

    [Fact]
    public async Task What_cannot_be_looked_at_is_not_sent()
    {
        await using var bench = await StartAsync();
        bench.Files[2] = "PK\u0003\u0004"u8.ToArray();

        using var ocr = await bench.RunAsync("""{"input":[2]}""", Ocr);
        using var chat = await bench.RunAsync(Input("What is it?", [2]), Chat);

        ocr.Failure.Should()
            .BeOfType<TaskFailedException>()
            .Which.Message.Should()
            .StartWith("File 2 is application/zip; models read image/png");
        chat.Failure.Should()
            .BeOfType<TaskFailedException>()
            .Which.Message.Should()
            .StartWith("File 2 is application/zip; models read image/png");
        bench.Endpoint.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task Attachments_travel_inside_of_the_question()
    {
        await using var bench = await StartAsync();
        bench.Files[2] = Pdf;
        bench.Files[3] = "name;price\nbread;3"u8.ToArray();
        bench.Files[4] = SmallFiles.Wav;

        using var run = await bench.RunAsync(Input("What is it?", [1, 2, 3, 4]), Chat);

        run.Failure.Should().BeNull();
        run.Text("output").Should().Be("Fine.");
        run.Text("tool_calls").Should().Be("[]");
        run.Value("output_attachments").GetRawText().Should().Be("[]");
        var parts = bench.Endpoint.Requests.Single().Json.GetProperty("messages")[0].GetProperty("content").EnumerateArray().ToList();
        parts.Select(part => part.GetProperty("type").GetString()).Should().Equal("text", "image_url", "file", "text", "input_audio");
        parts[3].GetProperty("text").GetString().Should().Be("<attachment>\nname;price\nbread;3\n</attachment>");
        parts[4]
            .GetProperty("input_audio")
            .GetRawText()
            .Should()
            .Be($$"""{"data":"{{SmallFiles.Base64(SmallFiles.Wav)}}","format":"wav"}""");
        bench.Endpoint.Requests.Single().Json.GetProperty("model").GetString().Should().Be("eyes");
    }

    [Fact]
    public async Task A_recording_is_written_down_for_a_model_that_looks()
    {
        await using var bench = await StartAsync(options => options.TranscriptionModel = "ears");
        bench.Files[4] = SmallFiles.Wav;
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, """{"text":"open the door"}"""));

        using var run = await bench.RunAsync(Input("", [4]), Chat);

        run.Failure.Should().BeNull();
        bench
            .Endpoint.Requests.Last()
            .Json.GetProperty("messages")[0]
            .GetProperty("content")[0]
            .GetProperty("text")
            .GetString()
            .Should()
            .Be("<attachment kind=\"transcript of a recording\">\nopen the door\n</attachment>");
    }

    [Fact]
    public async Task Tools_go_on_where_there_is_no_question()
    {
        await using var bench = await StartAsync();
        var input = JsonSerializer.Serialize(
            new
            {
                system_prompt = "",
                input = "",
                input_attachments = Array.Empty<int>(),
                tool_message = """[{"name":"weather","content":"rain","tool_call_id":"a"}]""",
                history = new[] { """{"role":"assistant","content":"","tool_calls":[{"name":"weather","id":"a","args":{}}]}""" },
                tools = """[{"type":"function","function":{"name":"weather"}}]""",
            }
        );

        using var run = await bench.RunAsync(input, Chat);

        run.Failure.Should().BeNull();
        bench.Endpoint.Requests.Single().Messages.Should().Equal("assistant: ", "tool: rain");
        bench.Endpoint.Requests.Single().Json.GetProperty("tools").GetArrayLength().Should().Be(1);
    }

    [Theory]
    [InlineData(
        500,
        """{"error":{"code":500,"message":"image input is not supported - hint: if this is unexpected, provide the mmproj"}}"""
    )]
    [InlineData(400, """{"error":{"message":"unsupported content[].type","code":400,"type":"invalid_request_error"}}""")]
    [InlineData(400, """{"object":"error","message":"Unknown part type: file","type":"BadRequestError","code":400}""")]
    [InlineData(400, """{"message":"small is not a multimodal model","code":400}""")]
    [InlineData(500, """{"error":{"message":"this model is missing data required for image input"}}""")]
    [InlineData(400, """{"error":{"message":"Invalid content type. image_url is only supported by certain models."}}""")]
    [InlineData(400, """{"error":{"message":"Invalid value: 'file'. Supported values are: 'text' and 'image_url'.","param":"messages"}}""")]
    [InlineData(400, """{"error":"Model does not support images. Please use a model that does."}""")]
    [InlineData(400, """{"message":"Image input is not enabled for this model","type":"invalid_request_message"}""")]
    public async Task A_model_that_cannot_look_says_so_once(int status, string refusal)
    {
        await using var bench = await StartAsync();
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(status, refusal);

        using var run = await bench.RunAsync(Input("What is it?", [1]), Chat);

        var failure = run.Failure.Should().BeOfType<TaskFailedException>().Subject;
        failure
            .UserMessage.Should()
            .Be("The AI model cannot read one of the files. Please choose other files or another model, or tell your administrator.");
        failure.Message.Should().StartWith($"Endpoint test, model eyes: The endpoint answered {status}: ");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    private static string Input(string input, int[] attachments) =>
        JsonSerializer.Serialize(
            new
            {
                system_prompt = "",
                input,
                input_attachments = attachments,
                tool_message = "",
                history = Array.Empty<string>(),
                tools = "",
            }
        );

    private static async Task<EndpointBench> StartAsync(Action<OpenAIEndpointOptions>? with = null)
    {
        var options = new OpenAIEndpointOptions { VisionModel = "eyes" };
        with?.Invoke(options);
        var bench = await EndpointBench.StartAsync(options);
        bench.Files[1] = FileDriver.Png;
        return bench;
    }
}

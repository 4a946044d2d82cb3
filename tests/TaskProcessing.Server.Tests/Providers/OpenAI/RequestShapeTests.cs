using System.Text.Json;
using System.Text.Json.Nodes;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Our calls, beside those of the client that OpenAI itself maintains, as a server sees them.</summary>
public sealed class RequestShapeTests
{
    [Fact]
    public async Task Our_calls_are_those_of_the_official_client()
    {
        await using var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions
            {
                Key = "key",
                VisionModel = "eyes",
                ImageModel = "brush",
                SpeechModel = "mouth",
                TranscriptionModel = "ears",
                RetrySeconds = 0,
            }
        );
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(400, "{}");
        await NpmTools.RunAsync(
            "openai-client.mjs",
            "openai",
            bench.Endpoint.Url,
            Convert.ToBase64String(FileDriver.Png),
            new Prompts(new Dictionary<string, string>()).Fill("analyze-images")
        );
        var theirs = bench.Endpoint.Requests.ToList();
        bench.Endpoint.Requests.Clear();

        bench.Files[1] = FileDriver.Png;
        bench.Files[2] = "ID3 sound"u8.ToArray();
        bench.Files[3] = "%PDF-1.7"u8.ToArray();
        foreach (
            var (type, input) in new (string, object)[]
            {
                ("core:text2text", new { input = "Hallo Wörld" }),
                (
                    "core:text2text:chatwithtools",
                    new
                    {
                        system_prompt = "Be kind.",
                        input = "",
                        history = new[]
                        {
                            """{"role":"human","content":"Weather in Ulm?"}""",
                            """{"role":"assistant","content":"","tool_calls":[{"name":"weather","type":"tool_call","id":"call_a","args":"""
                                + """{"city":"Ulm"}}]}""",
                        },
                        tool_message = """[{"name":"weather","content":"rain","tool_call_id":"call_a"}]""",
                        tools = """[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"}}}]""",
                    }
                ),
                ("core:analyze-images", new { images = new[] { 1 }, input = "What is it?" }),
                (
                    "core:text2text:multimodal-chatwithtools",
                    new
                    {
                        system_prompt = "",
                        input = "What is it?",
                        input_attachments = new[] { 1, 3 },
                        tool_message = "",
                        history = Array.Empty<string>(),
                        tools = """[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"}}}]""",
                    }
                ),
                ("core:text2image", new { input = "A boat", numberOfImages = 1 }),
                (
                    "core:text2image",
                    new
                    {
                        input = "A boat",
                        numberOfImages = 3,
                        size = "1024x1536",
                    }
                ),
                ("core:text2speech", new { input = "Hello" }),
                ("core:audio2text", new { input = 2 }),
                ("core:audio2text:subtitles", new { input = 2 }),
                (
                    "core:audio2audio:translate",
                    new
                    {
                        input = 2,
                        origin_language = "en",
                        target_language = "de",
                    }
                ),
            }
        )
        {
            using var run = await bench.RunAsync(JsonSerializer.Serialize(input), type);
            run.Failure!.Message.Should().Contain("answered 400");
        }

        var ours = bench.Endpoint.Requests.ToList();
        ours.Select(request => (request.Call, request.Authorization))
            .Should()
            .Equal(theirs.Select(request => (request.Call, request.Authorization)))
            .And.HaveCount(10);
        foreach (var (our, their) in ours.Zip(theirs))
        {
            if (our.ContentType.StartsWith("multipart/", StringComparison.Ordinal))
                (await our.FormAsync()).Should().Equal(await their.FormAsync());
            else
                JsonNode
                    .DeepEquals(JsonNode.Parse(our.Text), JsonNode.Parse(their.Text))
                    .Should()
                    .BeTrue("{0}\nis to be\n{1}", our.Text, their.Text);
        }
    }
}

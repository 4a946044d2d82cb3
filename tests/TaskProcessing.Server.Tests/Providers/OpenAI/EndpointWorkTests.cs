using System.Text.Json;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>The requests to endpoints for each kind of work, and the results of their answers.</summary>
public sealed class EndpointWorkTests
{
    [Fact]
    public async Task A_chat_goes_on_from_its_history_in_either_form()
    {
        await using var bench = await EndpointBench.StartAsync();

        using var run = await bench.RunAsync(
            """{"system_prompt":"Be kind.","input":"And now?","history":["Hi","Hello {you}","{\"role\":\"human\",\"content\":"""
                + """\"Again\"}","{\"role\":\"assistant\",\"content\":\"Hello again\"}"]}""",
            "core:text2text:chat"
        );

        run.Text("output").Should().Be("Fine.");
        bench
            .Endpoint.Requests.Single()
            .Messages.Should()
            .Equal("system: Be kind.", "user: Hi", "assistant: Hello {you}", "user: Again", "assistant: Hello again", "user: And now?");
    }

    [Fact]
    public async Task Tools_their_calls_and_their_results_find_their_way()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Events(
                """{"choices":[{"delta":{"tool_calls":[{"index":0,"id":"call_b","type":"function","function":"""
                    + """{"name":"weather","arguments":""}}]}}]}""",
                """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"{\"city\":"}}]}}]}""",
                """{"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"arguments":"\"Bonn\"}"}},{"index":"""
                    + """1,"id":"call_c","function":{"name":"time","arguments":{"utc":true}}}]}}]}""",
                """{"choices":[{"delta":{},"finish_reason":"tool_calls"}]}""",
                "[DONE]"
            )
        );
        var input = JsonSerializer.Serialize(
            new
            {
                system_prompt = "",
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
        );

        using var run = await bench.RunAsync(input, "core:text2text:chatwithtools");

        run.Text("output").Should().BeEmpty();
        run.Text("tool_calls")
            .Should()
            .Be(
                """[{"name":"weather","type":"tool_call","id":"call_b","args":{"city":"Bonn"}},"""
                    + """{"name":"time","type":"tool_call","id":"call_c","args":{"utc":true}}]"""
            );
        bench
            .Endpoint.Requests.Single()
            .Text.Should()
            .Be(
                """{"model":"small","messages":[{"role":"user","content":"Weather in Ulm?"},"""
                    + """{"role":"assistant","content":"","tool_calls":[{"id":"call_a","function":"""
                    + """{"name":"weather","arguments":"{\"city\":\"Ulm\"}"},"type":"function"}]},"""
                    + """{"role":"tool","content":"rain","tool_call_id":"call_a"}]"""
                    + ""","tools":[{"type":"function","function":{"name":"weather","description":"d","parameters":{"type":"object"}}}]"""
                    + ""","max_tokens":4096,"stream":true}"""
            );
    }

    [Theory]
    [InlineData("not json")]
    [InlineData("7")]
    public async Task Tools_that_are_no_list_are_refused_by_name(string tools)
    {
        await using var bench = await EndpointBench.StartAsync();

        using var run = await bench.RunAsync(
            JsonSerializer.Serialize(
                new
                {
                    system_prompt = "",
                    input = "x",
                    history = Array.Empty<string>(),
                    tool_message = "",
                    tools,
                }
            ),
            "core:text2text:chatwithtools"
        );

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Contain("\"tools\"");
        bench.Endpoint.Requests.Should().BeEmpty();
    }

    [Fact]
    public async Task A_long_text_is_summarised_in_parts_and_then_as_one()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { SummaryPartCharacters = 500 });
        foreach (var answer in (string[])["First part.", "Second part.", "Third part."])
            bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams(answer));
        var text = string.Join(
            "\n\n",
            Enumerable.Range(1, 3).Select(number => $"Chapter {number}: {string.Join(' ', Enumerable.Repeat("and so on", 40))}.")
        );

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = text }, "core:text2text:summary");

        run.Text("output").Should().Be("Fine.");
        run.Progress.Should().Equal(0.25, 0.5, 0.75);
        run.Streamed.Should().NotBeEmpty().And.OnlyContain(part => part.ToJson().Contains("Fine"), "parts are no result yet");
        var asked = bench.Endpoint.Requests.Select(request => request.Messages.Last()).ToList();
        asked
            .Should()
            .HaveCount(4)
            .And.SatisfyRespectively(
                first => first.Should().StartWith("user: Chapter 1"),
                second => second.Should().StartWith("user: Chapter 2"),
                third => third.Should().StartWith("user: Chapter 3"),
                last => last.Should().Be("user: First part.\n\nSecond part.\n\nThird part.")
            );
        bench.Endpoint.Requests.First().Messages.First().Should().Contain("part 1 of 3");
    }

    [Fact]
    public async Task A_short_text_is_summarised_in_one_go()
    {
        await using var bench = await EndpointBench.StartAsync();

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "Short." }, "core:text2text:summary");

        run.Text("output").Should().Be("Fine.");
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task Thoughts_of_a_model_are_not_its_answer()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams("<th", "ink>Hm, ", "what?</thi", "nk>\n\nYes", "."));

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "x" });

        run.Text("output").Should().Be("Yes.");
        run.Streamed.Select(part => part.ToJson()).Should().Equal("""{"output":"Yes"}""", """{"output":"Yes."}""");
    }

    [Fact]
    public async Task Only_tasks_that_ask_for_it_get_partial_output()
    {
        await using var bench = await EndpointBench.StartAsync();

        using var run = await new Sdk.Testing.ProviderTestBench(bench.Provider("core:text2text")) { PreferStreaming = false }.RunAsync(
            new TaskOutput { ["input"] = "x" },
            TestContext.Current.CancellationToken
        );

        run.Text("output").Should().Be("Fine.");
        run.Streamed.Should().BeEmpty();
    }

    [Fact]
    public async Task An_endpoint_that_cannot_stream_answers_whole()
    {
        await using var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions
            {
                Stream = false,
                Temperature = 0.2,
                MaxTokensField = MaxTokensField.MaxCompletionTokens,
            }
        );
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Answers(
                200,
                """{"choices":[{"message":{"role":"assistant","content":" Whole. "},"finish_reason":"eos"}],"usage":null}"""
            )
        );

        using var run = await bench.RunAsync("""{"input":"x","model":"large","max_tokens":"7"}""", "core:text2text");

        run.Text("output").Should().Be("Whole.");
        bench
            .Endpoint.Requests.Single()
            .Text.Should()
            .Be("""{"model":"large","messages":[{"role":"user","content":"x"}],"temperature":0.2,"max_completion_tokens":7}""");
    }

    [Theory]
    [InlineData("core:text2text:headline", "## **\"Ships stay\nin port\"**", "Ships stay in port")]
    [InlineData("core:text2text:topics", "harbour, ice,\n ferries", "harbour, ice, ferries")]
    [InlineData("core:generateemoji", "Sure: 👩‍🚒 or 🚒", "👩‍🚒")]
    [InlineData("core:generateemoji", "1️⃣", "1️⃣")]
    [InlineData("core:generateemoji", "❤️", "❤️")]
    public async Task An_answer_is_tidied_up(string taskType, string answer, string output)
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams(answer));

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "x" }, taskType);

        run.Text("output").Should().Be(output);
    }

    [Fact]
    public async Task No_emoji_is_a_failure()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams("I cannot: do 2 + 2 ≠ 5"));

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "x" }, "core:generateemoji");

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Contain("no emoji");
    }

    [Theory]
    [InlineData("detect_language", "Translate the user's text into German.")]
    [InlineData("en", "Translate the user's text from English into German.")]
    public async Task A_translation_names_its_languages(string origin, string prompt)
    {
        await using var bench = await EndpointBench.StartAsync();

        using var run = await bench.RunAsync(
            new TaskOutput
            {
                ["input"] = "Hi",
                ["origin_language"] = origin,
                ["target_language"] = "de",
            },
            "core:text2text:translate"
        );

        bench.Endpoint.Requests.Single().Messages.First().Should().StartWith($"system: {prompt}");
    }

    [Fact]
    public async Task A_prompt_of_the_configuration_takes_the_place_of_ours()
    {
        await using var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions { Prompts = { ["changetone"] = "Sound {tone}!" } }
        );

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "Hi", ["tone"] = "funnier" }, "core:text2text:changetone");

        bench.Endpoint.Requests.Single().Messages.Should().Equal("system: Sound funnier!", "user: Hi");
    }

    [Fact]
    public async Task A_file_that_is_no_image_is_not_sent()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { VisionModel = "eyes" });
        bench.Files[1] = FileDriver.Png;
        bench.Files[2] = "%PDF-1.7"u8.ToArray();

        using var run = await bench.RunAsync("""{"images":[1,2],"input":"What is it?"}""", "core:analyze-images");

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().StartWith("File 2 is application/pdf");
        bench.Endpoint.Requests.Should().BeEmpty();
    }

    [Theory]
    [InlineData("0")]
    [InlineData("13")]
    [InlineData("1.5")]
    public async Task The_number_of_images_is_a_whole_number_up_to_the_limit(string number)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { ImageModel = "brush" });

        using var run = await bench.RunAsync($$"""{"input":"A boat","numberOfImages":{{number}}}""", "core:text2image");

        run.Failure.Should().BeOfType<TaskFailedException>().Which.UserMessage.Should().Be("Between 1 and 12 images can be made at once.");
    }

    [Theory]
    [InlineData(
        "core:text2image",
        """{"data":[{"url":"http://127.0.0.1/x.png"}]}""",
        "Endpoint test, model brush: The endpoint answered an address on 127.0.0.1 in place of a file. *MediaHosts says *"
    )]
    [InlineData(
        "core:text2image",
        """{"data":[{"b64_json":"aGVsbG8="}]}""",
        "Endpoint test, model brush: The endpoint answered text/plain; charset=utf-8 instead of image."
    )]
    [InlineData("core:text2image", """{"data":[]}""", "Endpoint test, model brush: The endpoint answered no image: {\"data\":[]}")]
    [InlineData("core:text2speech", """{"hello":1}""", "Endpoint test, model mouth: The endpoint answered no audio: {\"hello\":1}")]
    public async Task A_result_of_the_wrong_media_type_is_not_stored(string taskType, string answer, string message)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { ImageModel = "brush", SpeechModel = "mouth" });
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(200, answer);

        using var run = await bench.RunAsync("""{"input":"A boat","numberOfImages":1}""", taskType);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Match(message);
        run.Uploaded.Should().BeEmpty();
    }
}

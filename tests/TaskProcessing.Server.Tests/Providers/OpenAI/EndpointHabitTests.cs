using System.Text.Json;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Requests adapt to an endpoint's refusals, and are sent so that endpoints need not refuse.</summary>
public sealed class EndpointHabitTests
{
    private static readonly TaskOutput Input = new() { ["input"] = "Hello" };

    [Fact]
    public async Task A_refused_parameter_is_left_out_from_then_on_for_that_model_alone()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { Temperature = 0.2 });
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Answers(400, """{"error":{"message":"`temperature` is deprecated for this model."}}""")
        );
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Answers(
                422,
                """{"detail":[{"type":"extra_forbidden","loc":["body","max_tokens"],"msg":"Extra inputs are not permitted"}]}"""
            )
        );

        using var first = await bench.RunAsync(Input);
        using var second = await bench.RunAsync(Input);
        using var other = await bench.RunAsync("""{"input":"Hello","model":"large"}""", "core:text2text");

        first.Text("output").Should().Be("Fine.");
        bench
            .Endpoint.Requests.Select(Parameters)
            .Should()
            .Equal(
                "temperature max_tokens stream",
                "max_tokens stream",
                "max_completion_tokens stream",
                "max_completion_tokens stream",
                "temperature max_tokens stream"
            );
    }

    [Fact]
    public async Task A_refusal_that_stays_teaches_nothing()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { Temperature = 0.2 });
        var dump = """{"error":{"message":"Not supported: {'temperature': 0.2, 'max_tokens': 4096}"}}""";
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(400, dump);

        using var failed = await bench.RunAsync(Input);
        bench.Endpoint.Requests.Clear();
        bench.Endpoint.Otherwise = ModelEndpoint.Streams("Fine.");
        using var good = await bench.RunAsync(Input);

        failed.Failure.Should().BeOfType<TaskFailedException>();
        Parameters(bench.Endpoint.Requests.Single()).Should().Be("temperature max_tokens stream");
    }

    [Theory]
    [InlineData(400, """{"object":"error","message":"System role not supported","type":"BadRequestError","param":null,"code":400}""")]
    [InlineData(500, """{"error":{"code":500,"message":"Conversation roles must alternate user/assistant/user/assistant/..."}}""")]
    [InlineData(
        400,
        """{"error":{"message":"Unsupported value: 'messages[0].role' does not support 'system' with this model"""
            + """.","param":"messages[0].role"}}"""
    )]
    [InlineData(400, """[{"error":{"code":400,"message":"Developer instruction is not enabled for models/gemma-3-27b-it"}}]""")]
    public async Task A_model_without_the_role_system_gets_its_prompt_from_the_user(int status, string refusal)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { Prompts = { ["proofread"] = "Proofread." } });
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(status, refusal));

        using var first = await bench.RunAsync(Input, "core:text2text:proofread");
        using var second = await bench.RunAsync(Input, "core:text2text:proofread");

        first.Text("output").Should().Be("Fine.");
        var asked = bench.Endpoint.Requests.Select(request => string.Join('|', request.Messages));
        asked.Should().Equal("system: Proofread.|user: Hello", "user: Proofread.\n\nHello", "user: Proofread.\n\nHello");
    }

    [Theory]
    [InlineData(PromptRole.User, "user: Proofread.\n\nHello")]
    [InlineData(PromptRole.System, "system: Proofread.|user: Hello")]
    public async Task A_setting_says_whose_message_the_prompt_is(object role, string messages)
    {
        await using var bench = await EndpointBench.StartAsync(
            new OpenAIEndpointOptions { PromptRole = (PromptRole)role, Prompts = { ["proofread"] = "Proofread." } }
        );

        using var run = await bench.RunAsync(Input, "core:text2text:proofread");

        string.Join('|', bench.Endpoint.Requests.Single().Messages).Should().Be(messages);
    }

    [Fact]
    public async Task Neighbours_of_the_same_role_are_one_message_and_the_prompt_comes_first()
    {
        await using var bench = await EndpointBench.StartAsync();
        var input = new
        {
            system_prompt = "Be kind.",
            input = "And?",
            history = new[]
            {
                """{"role":"human","content":"One"}""",
                """{"role":"human","content":"Two"}""",
                """{"role":"system","content":"Be brief."}""",
                """{"role":"assistant","content":"A"}""",
                """{"role":"assistant","content":"B"}""",
                """{"role":"human","content":"Three"}""",
            },
        };

        using var run = await bench.RunAsync(JsonSerializer.Serialize(input), "core:text2text:chat");

        bench
            .Endpoint.Requests.Single()
            .Messages.Should()
            .Equal("system: Be kind.\n\nBe brief.", "user: One\n\nTwo", "assistant: A\n\nB", "user: Three\n\nAnd?");
    }

    [Fact]
    public async Task Unknown_members_of_a_tool_call_are_returned_to_the_endpoint_unchanged()
    {
        await using var bench = await EndpointBench.StartAsync();
        const string call =
            """{"name":"f","type":"tool_call","id":"a","args":{},"extra_content":{"google":{"thought_signature":"c2"""
            + """ln+/="}},"function":{"strict":true}}""";
        var input = new
        {
            system_prompt = "",
            input = "",
            history = new[] { """{"role":"human","content":"Hi"}""", $$"""{"role":"assistant","content":"","tool_calls":[{{call}}]}""" },
            tool_message = """[{"name":"f","content":"rain","tool_call_id":"a"}]""",
            tools = "[]",
        };

        using var run = await bench.RunAsync(JsonSerializer.Serialize(input), "core:text2text:chatwithtools");

        var sent = bench.Endpoint.Requests.Single().Json.GetProperty("messages")[1].GetProperty("tool_calls")[0].GetRawText();
        sent.Should()
            .Be(
                """{"id":"a","function":{"name":"f","arguments":"{}","strict":true},"type":"function","""
                    + "\"extra_content\":{\"google\":{\"thought_signature\":\"c2ln+/=\"}}}"
            );
    }

    [Fact]
    public async Task Thoughts_that_a_model_is_known_not_to_open_are_not_shown_either()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Otherwise = ModelEndpoint.Streams("Hm, ", "what?</th", "ink>Yes", ".");

        using var first = await bench.RunAsync(Input);
        using var second = await bench.RunAsync(Input);

        first.Text("output").Should().Be("Yes.");
        second.Text("output").Should().Be("Yes.");
        second.Streamed.Select(part => part.ToJson()).Should().Equal("""{"output":"Yes"}""", """{"output":"Yes."}""");
    }

    [Fact]
    public async Task A_conversation_about_the_mark_keeps_it()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Streams("The tag </think> ends thoughts."));

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "What is </think>?" });

        run.Text("output").Should().Be("The tag </think> ends thoughts.");
    }

    [Fact]
    public async Task A_task_that_sets_the_length_of_its_answer_gets_no_more_and_is_told()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(Reply.Cut("length", "Ships stay in").SendAsync);
        bench.Endpoint.Script.Enqueue(Reply.Cut("length", "Ships stay in").SendAsync);

        using var text = await bench.RunAsync("""{"input":"x","max_tokens":3}""", "core:text2text");
        using var headline = await bench.RunAsync("""{"input":"x","max_tokens":3}""", "core:text2text:headline");

        text.Text("output").Should().StartWith("Ships stay in\n\n[The answer ends here");
        headline.Text("output").Should().Be("Ships stay in…");
        bench.Endpoint.Requests.Should().HaveCount(2);
    }

    private static string Parameters(RecordedRequest request) =>
        string.Join(
            ' ',
            request.Json.EnumerateObject().Select(member => member.Name).Where(name => name is not "model" and not "messages")
        );
}

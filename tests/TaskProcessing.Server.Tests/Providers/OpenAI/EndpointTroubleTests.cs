using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Endpoints that are busy, broken, slow or no endpoints at all.</summary>
public sealed class EndpointTroubleTests
{
    private static readonly TaskOutput Input = new() { ["input"] = "Hello" };

    [Fact]
    public async Task A_busy_endpoint_is_asked_again_when_it_said_so()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(429, """{"error":{"message":"slow down"}}""", retryAfter: "7"));

        using var run = bench.Start(Input);
        await bench.PassAsync(7);
        await run.Completion;

        run.Text("output").Should().Be("Fine.");
        bench.Endpoint.Requests.Should().HaveCount(2);
    }

    [Fact]
    public async Task A_date_will_do_for_when()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(503, "", retryAfter: bench.Time.GetUtcNow().AddSeconds(9).ToString("R")));

        using var run = bench.Start(Input);
        await bench.PassAsync(9);
        await run.Completion;

        run.Text("output").Should().Be("Fine.");
    }

    [Fact]
    public async Task An_endpoint_that_is_busy_for_long_sends_the_task_back_into_the_queue()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(429, """{"error":{"message":"slow down"}}""", retryAfter: "90"));

        using var run = await bench.RunAsync(Input);

        var failure = Failure(run);
        failure.Retryable.Should().BeTrue();
        failure.RetryAfter.Should().Be(TimeSpan.FromSeconds(90));
        failure.Message.Should().Be("Endpoint test, model small: The endpoint answered 429: slow down");
        failure.UserMessage.Should().Be("The AI service has too much to do. Please try again later.");
    }

    [Fact]
    public async Task A_broken_endpoint_is_asked_again_with_growing_pauses_until_patience_ends()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { RetrySeconds = 10 });
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(500, "oh\n  no", "text/plain");

        using var run = bench.Start(Input);
        await bench.PassAsync(1);
        await bench.PassAsync(2);
        await bench.PassAsync(4);
        await run.Completion;

        Failure(run).Retryable.Should().BeTrue();
        Failure(run).Message.Should().Be("Endpoint test, model small: The endpoint answered 500: oh no");
        bench.Endpoint.Requests.Should().HaveCount(4);
    }

    [Fact]
    public async Task An_endpoint_that_comes_back_is_enough()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(500, ""));
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(502, "<html>Bad gateway</html>", "text/html"));

        using var run = bench.Start(Input);
        await bench.PassAsync(1);
        await bench.PassAsync(2);
        await run.Completion;

        run.Text("output").Should().Be("Fine.");
    }

    [Fact]
    public async Task An_unreachable_host_may_be_tried_again()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { RetrySeconds = 0 });
        await bench.Endpoint.DisposeAsync();

        using var run = await bench.RunAsync(Input);

        Failure(run).Retryable.Should().BeTrue();
        Failure(run).RetryAfter.Should().Be(TimeSpan.FromMinutes(1), "the endpoint should be back by then, or off the offer");
        Failure(run).Message.Should().StartWith("Endpoint test, model small: The endpoint cannot be reached: ");
        Failure(run).UserMessage.Should().Be("The AI service cannot be reached. Please try again later.");
    }

    [Fact]
    public async Task A_refused_key_is_told_to_administrators_but_never_shown()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { Key = "sk-very-secret" });
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Answers(401, """{"error":{"message":"Incorrect API key provided: sk-very-secret."}}""")
        );

        using var run = await bench.RunAsync(Input);

        bench.Endpoint.Requests.Single().Authorization.Should().Be("Bearer sk-very-secret");
        Failure(run).ToString().Should().NotContain("sk-very-secret");
        Failure(run).Message.Should().Be("Endpoint test, model small: The endpoint answered 401: Incorrect API key provided: ***.");
        Failure(run).UserMessage.Should().Be("The AI service refuses this server. Please tell your administrator.");
        Failure(run).Retryable.Should().BeFalse();
    }

    [Theory]
    [InlineData(
        400,
        """{"error":{"message":"This model's maximum context length is 4096 tokens."}}""",
        "The text is too long for the AI model: please shorten it, or choose a model that takes longer texts."
    )]
    [InlineData(400, """{"detail":"no"}""", "The AI service refused the request. Please tell your administrator.")]
    [InlineData(402, "", "The AI service's credit is used up. Please tell your administrator.")]
    [InlineData(
        429,
        """{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}""",
        "The AI service's credit is used up. Please tell your administrator."
    )]
    [InlineData(
        404,
        """{"error":"model \"small\" not found"}""",
        "The AI service does not know the model or cannot do this. Please tell your administrator."
    )]
    [InlineData(301, "", "The AI service refused the request. Please tell your administrator.")]
    public async Task A_permanent_failure_is_not_tried_again(int status, string body, string userMessage)
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(status, body));

        using var run = await bench.RunAsync(Input);

        Failure(run).Retryable.Should().BeFalse();
        Failure(run).UserMessage.Should().Be(userMessage);
        bench.Endpoint.Requests.Should().ContainSingle();
    }

    [Fact]
    public async Task An_answer_that_is_cut_is_asked_for_again()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Cuts("Half an ans"));
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Events("""{"choices":[{"delta":{"content":"Half"}}]}"""));

        using var run = bench.Start(Input);
        await bench.PassAsync(1);
        await bench.PassAsync(2);
        await run.Completion;

        run.Text("output").Should().Be("Fine.");
        run.Streamed.Select(part => part.ToJson())
            .Should()
            .EndWith(["""{"output":"Half"}""", """{"output":"Fine"}""", """{"output":"Fine."}"""]);
    }

    [Theory]
    [InlineData("text/event-stream", "data: {\"choi\n\n", "The answer is no JSON (*): {\"choi")]
    [InlineData("application/json", "{\"choi", "The answer is no JSON (*): {\"choi")]
    [InlineData("application/json", "{\"hello\":1}", "The answer has no choices: {\"hello\":1}")]
    [InlineData(
        "text/html",
        "<html>Welcome</html>",
        "The endpoint answered \"text/html\", which is neither JSON nor a stream of events; is the address right?"
    )]
    [InlineData("application/json", """{"choices":[{"message":{"content":""},"finish_reason":"stop"}]}""", "The answer is empty. *")]
    [InlineData(
        "application/json",
        """{"choices":[{"message":{"content":null},"finish_reason":"content_filter"}]}""",
        "The endpoint's content filter stopped the answer."
    )]
    [InlineData(
        "application/json",
        """{"choices":[{"message":{"content":"<think>hm"},"finish_reason":"length"}]}""",
        "The answer reached its limit of tokens before it began."
    )]
    public async Task An_answer_that_makes_no_sense_fails_the_task_at_once(string type, string body, string message)
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Script.Enqueue(ModelEndpoint.Answers(200, body, type));

        using var run = await bench.RunAsync(Input);

        Failure(run).Message.Should().Match($"Endpoint test, model small: {message}");
        Failure(run).UserMessage.Should().NotBeNullOrEmpty();
        Failure(run).Retryable.Should().BeFalse();
    }

    [Fact]
    public async Task An_error_in_the_middle_of_a_stream_is_heard()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { RetrySeconds = 0 });
        bench.Endpoint.Script.Enqueue(
            ModelEndpoint.Events("""{"choices":[{"delta":{"content":"Half"}}]}""", """{"error":{"message":"out of memory"}}""")
        );

        using var run = await bench.RunAsync(Input);

        Failure(run).Message.Should().Be("Endpoint test, model small: The endpoint answered an error: out of memory");
        Failure(run).Retryable.Should().BeTrue();
    }

    [Fact]
    public async Task An_answer_without_end_is_ended()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { SpeechModel = "mouth" });
        bench.Endpoint.Script.Enqueue(ModelEndpoint.NeverEnds());

        using var run = await bench.RunAsync("""{"input":"Hi"}""", "core:text2speech");

        Failure(run).Message.Should().Be("Endpoint test, model mouth: The answer has more than 67108864 bytes.");
        await Eventually.BecomesTrue(() => bench.Endpoint.Aborted == 1, "the end of the call");
    }

    [Fact]
    public async Task An_endpoint_that_does_not_begin_to_answer_is_left()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { AnswerSeconds = 120 });
        bench.Endpoint.Otherwise = ModelEndpoint.Hangs();

        using var run = bench.Start(Input);
        await Eventually.BecomesTrue(() => bench.Endpoint.Requests.Count == 1, "the call");
        await bench.PassAsync(120);
        await run.Completion;

        Failure(run).Message.Should().Be("Endpoint test, model small: The endpoint did not answer (120 s).");
        Failure(run).Retryable.Should().BeTrue();
        await Eventually.BecomesTrue(() => bench.Endpoint.Aborted == 1, "the end of the call");
    }

    [Fact]
    public async Task An_endpoint_that_falls_silent_is_left()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { SilenceSeconds = 30, RetrySeconds = 20 });
        bench.Endpoint.Otherwise = ModelEndpoint.FallsSilent("Well");

        using var run = bench.Start(Input);
        await bench.PassAsync(30);
        await run.Completion;

        Failure(run).Message.Should().Be("Endpoint test, model small: The endpoint fell silent in the middle of its answer (30 s).");
    }

    [Fact]
    public async Task A_cancelled_task_ends_its_call()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Otherwise = ModelEndpoint.FallsSilent("Well");

        using var run = bench.Start(Input);
        await Eventually.BecomesTrue(() => run.Streamed.Count == 1, "the first word");
        run.Cancel();
        await run.Completion;

        run.Failure.Should().BeAssignableTo<OperationCanceledException>();
        await Eventually.BecomesTrue(() => bench.Endpoint.Aborted == 1, "the end of the call");
    }

    private static TaskFailedException Failure(ProviderTestRun run) =>
        run.Failure.Should().BeOfType<TaskFailedException>(run.Output?.ToJson()).Subject;
}

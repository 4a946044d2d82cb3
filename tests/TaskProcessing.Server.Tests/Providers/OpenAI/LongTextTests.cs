using Microsoft.AspNetCore.Http;
using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>Texts that are too long for a model that takes 1500 characters.</summary>
public sealed class LongTextTests
{
    private const int Context = 1500;

    /// <summary>Six paragraphs of about 700 characters.</summary>
    private static readonly string Text = string.Join(
        "\n\n",
        Enumerable.Range(1, 6).Select(number => $"Paragraph {number}. {string.Join(' ', Enumerable.Repeat("And so on it goes.", 36))}")
    );

    [Theory]
    [InlineData("core:text2text:translate", 400, """{"error":{"code":"context_length_exceeded","message":"no"}}""")]
    [InlineData("core:text2text:reformulation", 500, """{"error":{"message":"Context size has been exceeded."}}""")]
    [InlineData("core:text2text:proofread", 413, "")]
    [InlineData("core:text2text:simplification", 200, """{"error":{"message":"the input length exceeds the context length"}}""")]
    public async Task Work_goes_part_by_part_and_is_joined_as_it_was_parted(string taskType, int status, string refusal)
    {
        await using var bench = await StartAsync(status, refusal);

        using var run = await bench.RunAsync(
            new TaskOutput
            {
                ["input"] = Text,
                ["origin_language"] = "en",
                ["target_language"] = "de",
            },
            taskType
        );

        run.Text("output").Should().Be(Text.ToUpperInvariant());
        run.Progress.Should().BeInAscendingOrder().And.EndWith(1);
        bench.Endpoint.Requests.Should().HaveCountLessThan(10);
        run.Streamed[^1].ToJson().Should().Contain("PARAGRAPH 1", "what is done stays in sight").And.Contain("PARAGRAPH 6");
    }

    [Fact]
    public async Task Instructions_go_with_each_part()
    {
        await using var bench = await StartAsync(400, """{"error":{"code":"context_length_exceeded"}}""");

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = Text, ["instructions"] = "Shout." }, "core:text2text:improve");

        run.Text("output").Should().Contain("PARAGRAPH 6");
        bench.Endpoint.Requests.Should().OnlyContain(request => request.Text.Contains("Shout."));
    }

    [Theory]
    [InlineData("core:text2text:summary")]
    [InlineData("core:text2text:headline")]
    [InlineData("core:text2text:topics")]
    public async Task Short_results_are_made_from_summaries(string taskType)
    {
        await using var bench = await StartAsync(400, """{"error":{"code":"context_length_exceeded"}}""", summary: "SHORT.");

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = Text }, taskType);

        run.Failure.Should().BeNull();
        bench.Endpoint.Requests.Last().Messages.Last().Should().StartWith("user: SHORT.");
    }

    [Fact]
    public async Task A_model_that_takes_nothing_ends_the_work()
    {
        await using var bench = await EndpointBench.StartAsync();
        bench.Endpoint.Otherwise = ModelEndpoint.Answers(400, """{"error":{"code":"context_length_exceeded"}}""");

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = Text }, "core:text2text:proofread");

        run.Failure.Should().BeOfType<TaskFailedException>().Which.UserMessage.Should().Be(OddAnswers.TooLong);
        bench.Endpoint.Requests.Should().HaveCountLessThan(8);
    }

    [Fact]
    public async Task A_text_longer_than_an_answer_is_worked_on_in_parts_from_the_start()
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { MaxTokens = 300, MaxContinuations = 1 });
        bench.Endpoint.Otherwise = context => Answer(context, bench.Endpoint);

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = Text }, "core:text2text:formalization");

        run.Text("output").Should().Be(Text.ToUpperInvariant());
        bench.Endpoint.Requests.Should().HaveCountGreaterThan(3).And.OnlyContain(request => request.Text.Length < 1300);
    }

    private static async Task<EndpointBench> StartAsync(int status, string refusal, string? summary = null)
    {
        var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { SummaryPartCharacters = 10_000 });
        bench.Endpoint.Otherwise = context =>
            UserText(bench.Endpoint).Length > Context ? ModelEndpoint.Answers(status, refusal)(context)
            : summary is not null ? ModelEndpoint.Streams(summary)(context)
            : Answer(context, bench.Endpoint);
        return bench;
    }

    private static string UserText(ModelEndpoint endpoint) => endpoint.Requests.Last().Messages.Last()["user: ".Length..];

    private static Task Answer(HttpContext context, ModelEndpoint endpoint) =>
        ModelEndpoint.Streams(UserText(endpoint).ToUpperInvariant())(context);
}

using TaskProcessing.Providers.OpenAI;
using TaskProcessing.Providers.OpenAI.Calls;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Server.Tests.Providers.OpenAI;

/// <summary>The table of odd answers of endpoints in the wild, with the expected results.</summary>
public sealed class OddAnswerTests
{
    private const string Secret = "very-secret-key";

    private const string ToolInput = """
        {"system_prompt":"","input":"Weather?","tool_message":"","history":[],
         "tools":"[{\"type\":\"function\",\"function\":{\"name\":\"f\",\"description\":\"d\",\"parameters\":{\"type\":\"object\"}}}]"}
        """;

    private static readonly OddAnswer[] Texts = [.. OddAnswers.Texts, .. OddRefusals.Texts];

    public static TheoryData<string> TextRows => [.. Texts.Select(row => row.ToString())];

    public static TheoryData<string> ToolRows => [.. OddToolCalls.Tools.Select(row => row.ToString())];

    public static TheoryData<string> ReadableRows =>
        [.. Texts.Concat(OddToolCalls.Tools).Where(row => row.Replies[0].Status == 200 && row.Calls == 1).Select(row => row.ToString())];

    [Theory]
    [MemberData(nameof(TextRows))]
    public async Task Texts_have_the_expected_results(string row) =>
        await CheckAsync(Texts.Single(odd => odd.ToString() == row), """{"input":"Hello"}""", "core:text2text");

    [Theory]
    [MemberData(nameof(ToolRows))]
    public async Task Tool_calls_have_the_expected_results(string row) =>
        await CheckAsync(OddToolCalls.Tools.Single(odd => odd.ToString() == row), ToolInput, "core:text2text:chatwithtools");

    /// <summary>The network cuts an answer anywhere; here it is cut at every byte.</summary>
    [Theory]
    [MemberData(nameof(ReadableRows))]
    public async Task An_answer_is_the_same_byte_by_byte(string row)
    {
        var bytes = Texts
            .Concat(OddToolCalls.Tools)
            .Single(odd => odd.ToString() == row)
            .Replies[0]
            .Chunks.SelectMany(chunk => chunk)
            .ToArray();

        var atOnce = await ReadAsync(new MemoryStream(bytes));
        var slowly = await ReadAsync(new Trickle(bytes));

        slowly.Should().Be(atOnce);
    }

    [Fact]
    public void The_table_is_long_enough_and_says_where_each_row_is_from()
    {
        OddAnswer[] all = [.. Texts, .. OddToolCalls.Tools];
        all.Should().HaveCountGreaterThan(80).And.OnlyHaveUniqueItems(row => row.ToString());
        all.Should().OnlyContain(row => row.Report.Length > 0 && (row.Output ?? row.ToolCalls ?? row.UserError) != null);
    }

    private static async Task CheckAsync(OddAnswer row, string input, string taskType)
    {
        await using var bench = await EndpointBench.StartAsync(new OpenAIEndpointOptions { Key = Secret, RetrySeconds = 0 });
        foreach (var reply in row.Replies)
            bench.Endpoint.Script.Enqueue(reply.SendAsync);

        using var run = await bench.RunAsync(input, taskType);

        if (row.UserError is null)
        {
            run.Failure.Should().BeNull();
            if (row.Output is not null)
                run.Text("output").Should().Be(row.Output);
            if (row.ToolCalls is not null)
                run.Text("tool_calls").Should().Be(row.ToolCalls);
        }
        else
        {
            var failure = run.Failure.Should().BeOfType<TaskFailedException>(run.Output?.ToJson()).Subject;
            failure.UserMessage.Should().Be(row.UserError);
            failure.Message.Should().Contain(row.Error).And.StartWith("Endpoint test, model small: ");
            failure.ToString().Should().NotContain(Secret);
            failure.Retryable.Should().Be(row.IsRetried);
        }

        bench.Endpoint.Requests.Should().HaveCount(row.Calls);
    }

    private static async Task<string> ReadAsync(Stream answer)
    {
        var reader = new ChatAnswerReader("");
        try
        {
            await reader.ReadAsync(answer, () => ValueTask.CompletedTask, TestContext.Current.CancellationToken);
            var read = reader.Finish(reader.Written);
            var calls = read.ToolCalls.Select(call => $"{call.Id} {call.Function.Name} {call.Function.Arguments}");
            return $"{read.Text}|{string.Join(',', calls)}|{read.IsCut}";
        }
        catch (BadAnswerException error)
        {
            return error.Message;
        }
    }

    /// <summary>One byte at a time.</summary>
    private sealed class Trickle(byte[] bytes) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            base.ReadAsync(buffer[..Math.Min(1, buffer.Length)], cancellationToken);
    }
}

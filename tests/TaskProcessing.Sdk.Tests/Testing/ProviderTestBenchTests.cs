using System.Text;
using TaskProcessing.Sdk.Testing;
using TaskProcessing.Sdk.Tests.Support;
using TaskProcessing.Sdk.Workers;

namespace TaskProcessing.Sdk.Tests.Testing;

public sealed class ProviderTestBenchTests
{
    [Fact]
    public async Task The_bench_shows_the_output_and_every_report()
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(async context =>
            {
                await context.ReportProgressAsync(0.25);
                await context.StreamOutputAsync(new TaskOutput { ["output"] = "he" });
                await context.ReportProgressAsync(1.5);
                return new TaskOutput
                {
                    { "output", context.Text("input") + "!" },
                    { "count", 2.5 },
                    { "tones", ["a", "b"] },
                };
            })
        );

        using var run = await bench.RunAsync("""{"input":"hello"}""", TestContext.Current.CancellationToken);

        run.Text("output").Should().Be("hello!");
        run.Value("tones").GetArrayLength().Should().Be(2);
        run.Progress.Should().Equal(0.25, 1);
        run.Streamed.Should().ContainSingle().Which.ToJson().Should().Be("""{"output":"he"}""");
        run.Failure.Should().BeNull();
    }

    [Fact]
    public async Task The_input_is_read_in_the_kinds_that_its_slots_have()
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(context =>
                Task.FromResult(
                    new TaskOutput
                    {
                        ["read"] = string.Join(
                            '|',
                            context.Text("text"),
                            context.Number("number"),
                            context.Number("numeric"),
                            string.Join(',', context.Texts("texts")),
                            context.FileId("file"),
                            string.Join(',', context.FileIds("files")),
                            context.TextOrNull("absent") ?? "none",
                            context.NumberOrNull("text") is null
                        ),
                    }
                )
            )
        );

        using var run = await bench.RunAsync(
            """{"text":"t","number":1.5,"numeric":"1e3","texts":["a","b"],"file":7,"files":[8,"9"]}""",
            TestContext.Current.CancellationToken
        );

        run.Text("read").Should().Be("t|1.5|1000|a,b|7|8,9|none|True");
    }

    [Theory]
    [InlineData("text")]
    [InlineData("number")]
    [InlineData("file id")]
    public async Task A_slot_that_does_not_hold_what_is_read_from_it_fails_the_task(string kind)
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(context =>
                Task.FromResult(
                    new TaskOutput
                    {
                        ["output"] = kind switch
                        {
                            "text" => context.Text("slot"),
                            "number" => $"{context.Number("slot")}",
                            _ => $"{context.FileId("slot")}",
                        },
                    }
                )
            )
        );

        using var run = await bench.RunAsync("""{"slot":["neither"]}""", TestContext.Current.CancellationToken);

        run.Failure.Should().BeOfType<TaskFailedException>().Which.Message.Should().Contain("slot").And.Contain(kind);
    }

    [Fact]
    public async Task A_run_can_be_cancelled_in_its_middle_and_a_report_is_where_it_ends()
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(async context =>
            {
                for (var i = 0; i < 100; i++)
                    await context.ReportProgressAsync(i / 100.0);
                return ScriptedProvider.Done;
            })
        )
        {
            OnProgress = (run, progress) =>
            {
                if (progress >= 0.5)
                    run.Cancel();
            },
        };

        using var run = await bench.RunAsync(new TaskOutput { ["input"] = "text" }, TestContext.Current.CancellationToken);

        run.Failure.Should().BeAssignableTo<OperationCanceledException>();
        run.StopReason.Should().Be(StopReason.TaskCancelled);
        run.Progress[^1].Should().Be(0.5);
        run.Output.Should().BeNull();
    }

    [Fact]
    public async Task A_run_that_failed_shows_why_when_its_output_is_asked_for()
    {
        var bench = new ProviderTestBench(new ScriptedProvider(_ => throw new InvalidOperationException("the model is gone")));

        using var run = await bench.RunAsync([], TestContext.Current.CancellationToken);

        run.Invoking(run => run.Text("output")).Should().Throw<InvalidOperationException>().WithMessage("*the model is gone*");
    }

    [Fact]
    public async Task Files_of_the_input_are_read_and_files_of_the_output_kept()
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(async context =>
            {
                await using var file = await context.OpenFileAsync(context.FileId("input"));
                using var reader = new StreamReader(file);
                var text = await reader.ReadToEndAsync(context.CancellationToken);
                return new TaskOutput
                {
                    {
                        "output",
                        await context.UploadFileAsync(new MemoryStream(Encoding.UTF8.GetBytes(text.ToUpperInvariant())), "upper.txt")
                    },
                };
            })
        )
        {
            Files = { [7] = "content"u8.ToArray() },
        };

        using var run = await bench.RunAsync("""{"input":7}""", TestContext.Current.CancellationToken);
        using var missing = await bench.RunAsync("""{"input":8}""", TestContext.Current.CancellationToken);

        Encoding.UTF8.GetString(run.Uploaded[run.Value("output").GetInt64()]).Should().Be("CONTENT");
        missing.Failure.Should().BeOfType<TaskFailedException>();
    }

    [Fact]
    public async Task Partial_output_is_what_it_was_when_it_was_reported()
    {
        var bench = new ProviderTestBench(
            new ScriptedProvider(async context =>
            {
                var output = new TaskOutput { ["output"] = "one" };
                await context.StreamOutputAsync(output);
                output["output"] = "one two";
                return output;
            })
        );

        using var run = await bench.RunAsync([], TestContext.Current.CancellationToken);

        run.Streamed.Should().ContainSingle().Which.ToJson().Should().Be("""{"output":"one"}""");
    }
}

using TaskProcessing.Server.Cli;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class DemoCommandTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task The_demo_works_on_a_text_of_ones_own()
    {
        await File.WriteAllTextAsync(
            _directory.File("bees.txt"),
            "Honey bees live in large colonies. A colony has one queen and many workers. "
                + "The workers collect nectar and pollen. Bees make honey from nectar."
        );

        var shown = await new CommandLineDriver(_directory.File("data")).SucceedAsync("demo", _directory.File("bees.txt"));

        shown.Should().ContainAll("bees.txt", "== summary", "== headline", "== topics", "colony");
        Directory.Exists(_directory.File("data")).Should().BeFalse("the demo has a directory of its own");
    }

    [Fact]
    public async Task A_text_that_is_missing_or_empty_is_refused()
    {
        await File.WriteAllTextAsync(_directory.File("empty.txt"), " \n");
        var driver = new CommandLineDriver(_directory.Path);

        (await driver.RunAsync("demo", _directory.File("nothing.txt")))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("nothing.txt"));
        (await driver.RunAsync("demo", _directory.File("empty.txt")))
            .Should()
            .Match<CommandResult>(result => result.ExitCode == 1 && result.Error.Contains("is empty"));
    }

    [Fact]
    public async Task A_demo_that_cannot_do_its_work_says_why()
    {
        var result = await new CommandLineDriver(_directory.Path).RunAsync("demo", "--TaskTypes:Disabled:0=core:text2text:headline");

        result.ExitCode.Should().Be(1);
        result.Error.Should().NotContain("   at ").And.NotBeEmpty();
    }

    [Fact]
    public async Task Being_interrupted_ends_the_demo_cleanly()
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var exitCode = await CommandLine.RunAsync(
            ["demo"],
            new CommandStreams(TextReader.Null, output, error),
            new CancellationToken(canceled: true)
        );

        exitCode.Should().Be(130);
        error.ToString().Should().Be("taskprocessing: stopped\n");
    }
}

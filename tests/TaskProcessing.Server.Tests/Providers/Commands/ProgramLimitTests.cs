using System.Diagnostics;
using TaskProcessing.Providers.Commands.Programs;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>Programs have limits, whether they are asked for or not.</summary>
public sealed class ProgramLimitTests
{
    /// <summary>Core dumps, files in halves of a KiB, processor time, memory in KiB.</summary>
    private const string Limits = "ulimit -c; ulimit -f; ulimit -t; ulimit -d";

    [Theory]
    [InlineData("prlimit")]
    [InlineData("sh")]
    public async Task Limits_are_the_same_with_prlimit_and_with_the_shell(string setter)
    {
        Assert.SkipUnless(ProgramPath.Find(setter) is not null && ProgramPath.Find("sh") is not null, $"{setter} is not installed");
        var start = setter == "sh" ? new LimitedStart(null, ProgramPath.Find("sh")) : new LimitedStart(ProgramPath.Find("prlimit"), null);

        var line = start.Line(
            ProgramPath.Find("sh")!,
            ["-c", $"{Limits}; printf '%s|' \"$@\"", "sh", "-c 'x'", "$HOME", ""],
            new ProgramLimits(64 << 20, 77, 1 << 20)
        );

        using var process = Process.Start(new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardOutput = true })!;
        (await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken))
            .Should()
            .Be("0\n2048\n77\n65536\n-c 'x'|$HOME||", "no shell reads what is handed over");
    }

    [Fact]
    public void Without_either_a_program_starts_as_it_is() =>
        new LimitedStart(null, null).Line("/bin/x", ["a", "b"], new ProgramLimits(1, 1, 1)).Should().Equal("/bin/x", "a", "b");

    [Fact]
    public async Task A_configured_program_has_default_limits()
    {
        await using var server = await CommandServer.ScriptAsync(Limits);

        (await server.TextAsync("x")).Should().Be($"0\n2097152\n{600 * Environment.ProcessorCount}\n{4 << 20}");
    }

    [Fact]
    public async Task Memory_without_a_limit_is_a_wish_too()
    {
        await using var server = await CommandServer.ScriptAsync("ulimit -d", new() { ["MaxMemoryBytes"] = "0" });

        (await server.TextAsync("x")).Should().Be("unlimited");
    }

    [Fact]
    public async Task A_program_that_only_computes_is_ended()
    {
        await using var server = await CommandServer.ScriptAsync("while :; do :; done", new() { ["MaxProcessorSeconds"] = "1" });

        (await server.FailureAsync("x")).Should().StartWith("sh ended with signal 24: it used more than 1 seconds of processor time.");
    }

    [Theory]
    [InlineData("", """["{input.input}"]""")]
    [InlineData("stdin", "[]")]
    public async Task A_program_gets_only_files_of_the_kinds_that_it_accepts(string way, string arguments)
    {
        var settings = new Dictionary<string, string>
        {
            ["TaskType"] = "core:audio2text",
            ["Accepts:input:0"] = "audio/*",
            ["Accepts:input:1"] = "video/mp4",
        };
        if (way == "stdin")
            settings["StandardInput"] = "{input.input}";
        await using var server = await CommandServer.StartAsync(
            "cat",
            System.Text.Json.JsonSerializer.Deserialize<string[]>(arguments)!,
            settings
        );
        server.Server.ExpectedLog.Add("takes audio/*, video/mp4, and the file is text/plain");
        var sound = await server.User.PutFileAsync("a.txt", "OggSound"u8.ToArray());
        var list = await server.User.PutFileAsync("a.ogg", "#EXTM3U\n/etc/passwd"u8.ToArray());

        (await server.RunAsync("core:audio2text", new { input = sound }))
            .GetProperty("output")
            .GetProperty("output")
            .GetString()
            .Should()
            .Be("OggSound");
        (await server.RunAsync("core:audio2text", new { input = list }))
            .GetProperty("userFacingErrorMessage")
            .GetString()
            .Should()
            .Be("The file is none of: audio/*, video/mp4.");
    }
}

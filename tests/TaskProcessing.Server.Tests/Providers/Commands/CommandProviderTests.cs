using System.Text;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>Programs of the machine as providers, through the whole server.</summary>
public sealed class CommandProviderTests
{
    private static readonly Dictionary<string, string> Gather = new()
    {
        ["TaskType"] = "test:gather",
        ["TaskTypes:Custom:0:Id"] = "test:gather",
        ["TaskTypes:Custom:0:Name"] = "Gather",
        ["TaskTypes:Custom:0:Input:0:Key"] = "files",
        ["TaskTypes:Custom:0:Input:0:Type"] = "ListOfFiles",
        ["TaskTypes:Custom:0:Output:0:Key"] = "result",
        ["TaskTypes:Custom:0:Output:0:Type"] = "File",
        ["TaskTypes:Custom:0:Output:1:Key"] = "pages",
        ["TaskTypes:Custom:0:Output:1:Type"] = "ListOfFiles",
        ["TaskTypes:Custom:0:Output:2:Key"] = "note",
        ["TaskTypes:Custom:0:Output:2:Type"] = "Text",
    };

    [Fact]
    public async Task A_text_goes_through_standard_input_and_output()
    {
        await using var server = await CommandServer.StartAsync("tr", ["a-z", "A-Z"], new() { ["StandardInput"] = "{input.input}" });

        (await server.TextAsync("open the door")).Should().Be("OPEN THE DOOR");
    }

    [Theory]
    [InlineData("-n")]
    [InlineData("$(touch harm); `touch harm` \"'\\ *  two")]
    [InlineData("two\nlines, {input.input} and {directory}")]
    public async Task An_argument_arrives_as_it_is(string text)
    {
        await using var server = await CommandServer.StartAsync("printf", ["%s", "--", "{input.input}"]);

        (await server.TextAsync(text)).Should().Be("--" + text);
    }

    [Fact]
    public async Task Files_go_in_by_path_and_come_out_from_where_the_placeholders_point()
    {
        const string Script = """cat "$@" > "$0"; for i in 1 2; do echo page $i > pages/$i.txt; done; echo -n done""";
        await using var server = await CommandServer.ScriptAsync(
            Script,
            new(Gather)
            {
                ["OutputNames:result"] = "all.txt",
                ["OutputNames:pages"] = "pages",
                ["Environment:PAGES"] = "x",
            },
            null,
            "{output.result}",
            "{input.files}",
            "/dev/null",
            "{output.pages}/../all.txt"
        );
        var one = await server.User.PutFileAsync("one.txt", "one "u8.ToArray());
        var two = await server.User.PutFileAsync("two.txt", "two"u8.ToArray());

        var task = await server.RunAsync("test:gather", new { files = new[] { one, two } });

        var output = task.GetProperty("output");
        Encoding.UTF8.GetString(await server.User.TaskFileAsync(task, output.GetProperty("result").GetInt64())).Should().Be("one two");
        output.GetProperty("note").GetString().Should().Be("done");
        var pages = output.GetProperty("pages").EnumerateArray().Select(page => page.GetInt64()).ToList();
        pages.Should().HaveCount(2);
        Encoding.UTF8.GetString(await server.User.TaskFileAsync(task, pages[1])).Should().Be("page 2\n");
    }

    [Fact]
    public async Task Json_goes_in_and_comes_out_with_paths_for_files()
    {
        const string Script =
            """cat > input.json; grep -q '"files":\["/' input.json && echo hello > made.txt && mkdir sub && cp made.txt sub/ """
            + """&& echo '{"result":"made.txt","pages":["sub/made.txt"],"note":"ok"}'""";
        await using var server = await CommandServer.ScriptAsync(
            Script,
            new(Gather) { ["StandardInput"] = "{input}", ["StandardOutput"] = "Json" }
        );
        var file = await server.User.PutFileAsync("one.txt", "one"u8.ToArray());

        var task = await server.RunAsync("test:gather", new { files = new[] { file } });

        task.GetProperty("status").GetString().Should().Be("STATUS_SUCCESSFUL");
        Encoding
            .UTF8.GetString(await server.User.TaskFileAsync(task, task.GetProperty("output").GetProperty("result").GetInt64()))
            .Should()
            .Be("hello\n");
    }

    [Theory]
    [InlineData("ln -s /etc/hostname made.txt")]
    [InlineData("mkfifo made.txt")]
    [InlineData("mkdir made.txt")]
    [InlineData("true")]
    public async Task A_path_outside_the_run_is_never_opened(string made)
    {
        await using var server = await CommandServer.ScriptAsync(
            made + """; echo '{"result":"made.txt","pages":[],"note":""}'""",
            new(Gather) { ["StandardOutput"] = "Json" }
        );
        server.Server.ExpectedLog.Add("The program left no file for \"result\"");

        var task = await server.RunAsync("test:gather", new { files = Array.Empty<long>() });

        task.GetProperty("status").GetString().Should().Be("STATUS_FAILED");
    }

    [Fact]
    public async Task Optional_slots_have_choices_and_defaults_and_what_is_left_out_leaves_its_argument_out()
    {
        await using var server = await CommandServer.StartAsync(
            "printf",
            ["%s.", "{input.style}", "--size={input.size}", "--seed={input.seed}", "--", "{input.input}"],
            new()
            {
                ["OptionalInput:0:Key"] = "style",
                ["OptionalInput:0:Type"] = "Enum",
                ["Choices:style:0:Value"] = "plain",
                ["Choices:style:1:Value"] = "loud",
                ["Choices:style:1:Name"] = "Loud",
                ["Defaults:style"] = "plain",
                ["OptionalInput:1:Key"] = "size",
                ["OptionalInput:1:Type"] = "Number",
                ["Defaults:size"] = "12",
                ["OptionalInput:2:Key"] = "seed",
                ["OptionalInput:2:Type"] = "Number",
            }
        );

        (await server.TextAsync("x")).Should().Be("plain.--size=12.--.x.");
        var task = await server.RunAsync(
            "core:text2text",
            new
            {
                input = "x",
                style = "loud",
                seed = 3,
            }
        );
        task.GetProperty("output").GetProperty("output").GetString().Should().Be("loud.--size=12.--seed=3.--.x.");
        (await server.User.TryScheduleAsync("core:text2text", new { input = "x", style = "-x" }))
            .HttpStatus.Should()
            .BeGreaterThanOrEqualTo(400);
    }

    [Fact]
    public async Task Progress_is_read_off_the_program_and_is_no_output()
    {
        using var folder = new Pipe();
        await using var server = await CommandServer.ScriptAsync(
            $"echo 40 % done; cat {folder.Path}",
            new() { ["Progress"] = "([0-9]+) % done" }
        );

        var id = await server.ScheduleAsync("x");
        await Eventually.BecomesTrue(() => Progress(server, id) is 0.4, "progress");
        folder.Write("text");

        (await server.User.EndedAsync(id)).GetProperty("output").GetProperty("output").GetString().Should().Be("text");
    }

    [Fact]
    public async Task A_program_sees_nothing_of_the_servers_environment()
    {
        Environment.SetEnvironmentVariable("TASKPROCESSING_TEST_SECRET", "secret");
        await using var server = await CommandServer.StartAsync("env", [], new() { ["Environment:GREETING"] = "hello" });

        var names = (await server.TextAsync("x")).Split('\n').Select(line => line.Split('=')[0]);

        names.Should().BeEquivalentTo("PATH", "HOME", "TMPDIR", "LANG", "GREETING", "TASKPROCESSING_RUN");
    }

    [Fact]
    public async Task A_program_that_is_missing_is_not_offered_until_it_is_there()
    {
        var time = new ManualTimeProvider();
        var program = Path.Combine(new TemporaryFolder().Path, "late");
        await using var server = await CommandServer.StartAsync(program, [], time: time);
        server.Server.ExpectedLog.Add($"Command test is not offered: the program {program} is not installed");
        (await server.User.TryScheduleAsync("core:text2text", new { input = "x" })).HttpStatus.Should().BeGreaterThanOrEqualTo(400);

        await File.WriteAllTextAsync(program, "#!/bin/sh\necho here");
        System.Diagnostics.Process.Start("chmod", ["+x", program]).WaitForExit();
        await Eventually.BecomesTrue(
            () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return server.Server.Get<CurrentTaskTypes>().Current.Find("core:text2text") is not null;
            },
            "the offer"
        );

        (await server.TextAsync("x")).Should().Be("here");
    }

    private static double? Progress(CommandServer server, long id) =>
        server.Server.Get<TaskProcessing.Server.Tasks.ITaskStore>().FindAsync(id, CancellationToken.None).Result!.Progress;

    /// <summary>A named pipe that holds a program until something is written.</summary>
    private sealed class Pipe : IDisposable
    {
        public string Path { get; } = System.IO.Path.Combine(new TemporaryFolder().Path, "pipe");

        public Pipe() => System.Diagnostics.Process.Start("mkfifo", [Path]).WaitForExit();

        public void Write(string text) => File.WriteAllText(Path, text);

        public void Dispose() => File.Delete(Path);
    }
}

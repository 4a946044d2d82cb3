using System.Diagnostics;
using TaskProcessing.Sdk.Workers;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Providers.Commands;

/// <summary>However a program's run ends, it ends, with all that it started and its directory.</summary>
public sealed class CommandEndTests
{
    /// <summary>
    /// A child that ignores the signal to end, in a session of its own, without a parent; the program itself waits. The
    /// child first writes down its directory.
    /// </summary>
    private const string Stubborn =
        """(trap "" TERM; setsid sh -c 'trap "" TERM; sleep 1000; sleep 1000' & ) ; """
        + """pwd > "$WORD.new"; mv "$WORD.new" "$WORD"; sleep 1000""";

    private readonly string _word = Path.Combine(new TemporaryFolder().Path, "word");

    [Fact]
    public async Task A_cancel_ends_all_at_once()
    {
        await using var server = await CommandServer.ScriptAsync(
            Stubborn,
            new() { ["Environment:WORD"] = _word },
            new ManualTimeProvider()
        );
        var id = await server.ScheduleAsync("x");
        var directory = await StartedAsync();
        await Eventually.BecomesTrue(() => Running() >= 3, "the start of all that it starts");

        (await server.User.PostAsync($"{OcsDriver.Root}/tasks/{id}/cancel", null)).IsSuccessStatusCode.Should().BeTrue();
        // The clock stands still, so nothing is waited for.
        await GoneAsync(directory);
        (await server.User.EndedAsync(id)).GetProperty("status").GetString().Should().Be("STATUS_CANCELLED");
    }

    [Fact]
    public async Task A_time_out_ends_all_and_fails_the_task()
    {
        var time = new ManualTimeProvider();
        await using var server = await CommandServer.ScriptAsync(
            Stubborn,
            new() { ["Environment:WORD"] = _word, ["TimeLimitSeconds"] = "60" },
            time
        );

        var failure = server.FailureAsync("x");
        var directory = await StartedAsync();
        time.Advance(TimeSpan.FromSeconds(60));

        (await failure).Should().Contain("sh was killed after 60 seconds.");
        await GoneAsync(directory);
    }

    [Fact]
    public async Task A_stopping_server_ends_all_and_gives_the_task_back()
    {
        var time = new ManualTimeProvider();
        var server = await CommandServer.ScriptAsync(Stubborn, new() { ["Environment:WORD"] = _word }, time);
        await server.ScheduleAsync("x");
        var directory = await StartedAsync();
        server.Server.ExpectedLog.Add("task(s) that did not finish in time");

        var stopping = server.DisposeAsync().AsTask();
        await time.WhenSomebodyWaitsAsync(new WorkerOptions().DrainTimeout);
        time.Advance(new WorkerOptions().DrainTimeout);

        await stopping;
        await GoneAsync(directory);
    }

    [Fact]
    public async Task Child_processes_end_with_their_program_and_hold_up_nothing()
    {
        await using var server = await CommandServer.ScriptAsync(
            """setsid sh -c 'trap "" TERM; sleep 1000' & pwd > "$WORD.new"; mv "$WORD.new" "$WORD"; chmod 0 .; echo text""",
            new() { ["Environment:WORD"] = _word }
        );

        (await server.TextAsync("x")).Should().Be("text");

        await GoneAsync(await StartedAsync());
    }

    [Fact]
    public async Task Programs_of_a_killed_server_end_when_the_next_one_starts()
    {
        var root = Directory.CreateTempSubdirectory("taskprocessing-runs-").FullName;
        var run = Directory.CreateDirectory(Path.Combine(root, "1")).FullName;
        using var left = Process.Start(
            new ProcessStartInfo("sleep", "1000") { Environment = { ["TASKPROCESSING_RUN"] = run, ["WORD"] = _word } }
        )!;
        Running().Should().Be(1);
        // Without a lock it is about to be made; from here on servers of other tests may remove it, too.
        await File.WriteAllTextAsync(Path.Combine(root, "lock"), "", TestContext.Current.CancellationToken);

        await using var server = await CommandServer.StartAsync("true", []);

        await GoneAsync(root);
    }

    [Fact]
    public async Task An_error_fails_the_task_with_what_the_program_said()
    {
        await using var server = await CommandServer.ScriptAsync("echo no such model >&2; exit 3");

        (await server.FailureAsync("x")).Should().Be("sh ended with exit code 3. It wrote: no such model");
    }

    [Fact]
    public async Task A_long_complaint_is_shortened_to_its_end()
    {
        await using var server = await CommandServer.ScriptAsync("seq 100000 >&2; exit 1");

        (await server.FailureAsync("x")).Should().EndWith("99999\n100000").And.Subject.Length.Should().BeLessThan(600);
    }

    [Fact]
    public async Task Too_much_output_ends_the_program()
    {
        await using var server = await CommandServer.StartAsync("yes", [], new() { ["MaxOutputBytes"] = "1000" });

        (await server.FailureAsync("x")).Should().Be("yes wrote more than 1000 bytes.");
    }

    [Fact]
    public async Task Too_large_a_file_ends_the_program()
    {
        await using var server = await CommandServer.StartAsync(
            "dd",
            ["if=/dev/zero", "of={directory}/large", "bs=1M", "count=100"],
            new() { ["MaxFileBytes"] = "1000000" }
        );

        (await server.FailureAsync("x")).Should().ContainAny("a file of more than 1000000 bytes", "File too large");
    }

    [Fact]
    public async Task A_program_gets_no_more_memory_than_it_may_have()
    {
        await using var server = await CommandServer.StartAsync(
            "tail",
            ["-n", "1", "/dev/zero"],
            new() { ["MaxMemoryBytes"] = "50000000" }
        );

        (await server.FailureAsync("x")).Should().Contain("its memory is limited to 50000000 bytes").And.Contain("memory exhausted");
    }

    [Fact]
    public async Task An_input_that_is_no_argument_is_refused_clearly()
    {
        await using var server = await CommandServer.StartAsync("echo", ["--", "{input.input}"]);

        (await server.FailureAsync(new string('x', 200_000))).Should().Be("The input is too long to be an argument of echo.");
        (await server.FailureAsync("a\0b")).Should().Be("A NUL character cannot be part of an argument.");
    }

    private async Task<string> StartedAsync()
    {
        await Eventually.BecomesTrue(() => File.Exists(_word), "the start of the program");
        return (await File.ReadAllTextAsync(_word)).Trim();
    }

    private async Task GoneAsync(string directory)
    {
        await Eventually.BecomesTrue(() => Running() == 0, "the end of all processes");
        await Eventually.BecomesTrue(() => !Directory.Exists(directory), "the end of the directory");
    }

    /// <summary>The number of processes of this test's run: their environment has its word.</summary>
    private int Running() =>
        Directory
            .EnumerateDirectories("/proc")
            .Count(process =>
            {
                try
                {
                    return File.ReadAllText(Path.Combine(process, "environ")).Contains($"WORD={_word}\0");
                }
                catch (Exception error) when (error is IOException or UnauthorizedAccessException)
                {
                    return false;
                }
            });
}

using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using TaskProcessing.Sdk.Client;
using TaskProcessing.Sdk.Ocs;
using TaskProcessing.Sdk.Protocol;
using TaskProcessing.Server.Cli.Settings;

namespace TaskProcessing.Server.Cli.Demo;

/// <summary><c>demo</c>: a task's whole life in a few seconds, over real HTTP, with nothing left behind.</summary>
internal static class DemoCommand
{
    private const string SampleName = "lighthouse.txt";

    private static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(2);

    /// <summary>Shorter than people notice.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(20);

    private static readonly (string Name, string Type)[] Work =
    [
        ("summary", "core:text2text:summary"),
        ("headline", "core:text2text:headline"),
        ("topics", "core:text2text:topics"),
    ];

    public static Command Create(CommandHost host)
    {
        var file = new Argument<FileInfo?>("FILE")
        {
            Description = "A text to work on. Default: a sample that comes along.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var command = new Command("demo", "Starts a server for a moment and has it summarise a text, find a headline and its topics.")
        {
            file,
        };
        command.SetAction((parsed, cancellationToken) => RunAsync(host, parsed.GetValue(file), cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CommandHost host, FileInfo? file, CancellationToken cancellationToken)
    {
        // Signals are listened for only once the command has first been awaited.
        await Task.Yield();
        if (SettingProblems.Of(ServerBuilder.Create([.. host.Settings]).Configuration) is { Count: > 0 } problems)
            return host.Refuse(problems);

        var text = await ReadAsync(file, cancellationToken);
        if (string.IsNullOrWhiteSpace(text))
            return host.Streams.Fail($"{file} is empty");

        var isTerminal = host.Streams.Out == Console.Out && !Console.IsOutputRedirected;
        try
        {
            await ShowAsync(host.Settings, text, file?.Name ?? SampleName, new DemoScreen(host.Streams.Out, isTerminal), cancellationToken);
            return ExitCode.Ok;
        }
        catch (Exception error) when (cancellationToken.IsCancellationRequested)
        {
            // The error is a consequence of the server's end.
            throw new OperationCanceledException(error.Message, error, cancellationToken);
        }
        catch (Exception error) when (error is OcsException or DemoFailedException)
        {
            return host.Streams.Fail(error.Message);
        }
    }

    private static async Task ShowAsync(
        IReadOnlyList<string> settings,
        string text,
        string name,
        DemoScreen screen,
        CancellationToken cancellationToken
    )
    {
        await using var server = new DemoServer();
        var watch = Stopwatch.StartNew();
        await server.StartAsync(settings, cancellationToken);
        screen.Heading("TaskProcessing demo");
        screen.Step($"a server with a user, on {server.Address}", watch.Elapsed);

        using var client = new TaskClient(server.Address, server.Credentials);
        var tasks = new List<(string Name, ProtocolTask Task, long Since)>();
        foreach (var (work, type) in Work)
        {
            watch.Restart();
            var since = Stopwatch.GetTimestamp();
            tasks.Add(
                (
                    work,
                    await client.ScheduleAsync(new TaskRequest(type) { Input = { ["input"] = text }, AppId = "demo" }, cancellationToken),
                    since
                )
            );
            screen.Step($"task {tasks[^1].Task.Id} scheduled: {type} of {name}", watch.Elapsed);
        }

        foreach (var (work, task, took) in await FollowAsync(client, tasks, screen, cancellationToken))
        {
            screen.Heading($"{work} (task {task.Id}, {took.TotalMilliseconds:N0} ms from schedule to result)");
            screen.Text(Output(task));
        }

        screen.Heading("The same by hand, with \"taskprocessing\" running and the password that its first start prints");
        screen.Verbatim(
            """
            curl -u admin:PASSWORD -H 'OCS-APIRequest: true' -H 'Content-Type: application/json' -H 'Accept: application/json' \
              -d '{"type":"core:text2text:summary","appId":"demo","input":{"input":"A text of some sentences. Another one."}}' \
              http://127.0.0.1:8080/ocs/v2.php/taskprocessing/schedule
            curl -u admin:PASSWORD -H 'OCS-APIRequest: true' -H 'Accept: application/json' \
              http://127.0.0.1:8080/ocs/v2.php/taskprocessing/task/1
            """
        );
    }

    /// <summary>Asks for all tasks in turn until each has ended.</summary>
    private static async Task<IReadOnlyList<(string Name, ProtocolTask Task, TimeSpan Took)>> FollowAsync(
        TaskClient client,
        List<(string Name, ProtocolTask Task, long Since)> scheduled,
        DemoScreen screen,
        CancellationToken cancellationToken
    )
    {
        var start = Stopwatch.GetTimestamp();
        var known = scheduled.Select(entry => (entry.Name, entry.Task, Took: TimeSpan.Zero)).ToArray();
        while (known.Any(entry => !entry.Task.Status.IsFinal()))
        {
            if (Stopwatch.GetElapsedTime(start) > LongestRun)
                throw new DemoFailedException($"The tasks did not end within {LongestRun.TotalMinutes:0} minutes");

            await Task.Delay(PollInterval, cancellationToken);
            for (var i = 0; i < known.Length; i++)
            {
                if (known[i].Task.Status.IsFinal())
                    continue;

                var now = await client.GetAsync(known[i].Task.Id, cancellationToken);
                if (now.Status != known[i].Task.Status || now.Progress != known[i].Task.Progress)
                    screen.Progress(known[i].Name, now);
                known[i] = (known[i].Name, now, Stopwatch.GetElapsedTime(scheduled[i].Since));
            }
        }

        return known;
    }

    private static string Output(ProtocolTask task) =>
        task is { Status: ProcessingStatus.Successful, Output: { ValueKind: JsonValueKind.Object } output }
        && output.TryGetProperty("output", out var text)
            ? text.GetString()!
            : throw new DemoFailedException(
                $"Task {task.Id} ({task.Type}) {TaskView.Name(task.Status)}: {task.UserFacingErrorMessage ?? "the server's log says why"}"
            );

    private static async Task<string> ReadAsync(FileInfo? file, CancellationToken cancellationToken)
    {
        if (file is not null)
            return await File.ReadAllTextAsync(file.FullName, cancellationToken);

        using var reader = new StreamReader(typeof(DemoCommand).Assembly.GetManifestResourceStream(SampleName)!);
        return await reader.ReadToEndAsync(cancellationToken);
    }

    private sealed class DemoFailedException(string message) : Exception(message);
}

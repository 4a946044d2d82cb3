using System.Diagnostics;
using System.Text;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>The built program, run as a process of its own in a directory.</summary>
internal sealed class ProgramDriver : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _error = new();
    private readonly Task<string> _output;
    private readonly Task _errorEnd;
    private readonly List<(string Text, TaskCompletionSource<string> Seen)> _awaited = [];

    private ProgramDriver(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        _errorEnd = ReadErrorAsync();
    }

    public int ProcessId => _process.Id;

    public static ProgramDriver Start(string directory, params string[] args) => Start(directory, [], args);

    public static ProgramDriver Start(string directory, Dictionary<string, string> environment, params string[] args) =>
        Start(directory, Program, args, environment);

    /// <summary>Starts it with a umask of 0, under which all users may read and write new files.</summary>
    public static ProgramDriver StartCarelessly(string directory, params string[] args) =>
        Start(directory, Programs.Need("sh"), ["-c", "umask 0 && exec \"$@\"", "sh", Program, .. args], []);

    public static string Program => Path.Combine(AppContext.BaseDirectory, "taskprocessing");

    public static ProgramDriver Start(string directory, string program, string[] args, Dictionary<string, string> environment)
    {
        var start = new ProcessStartInfo(program, args)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        return new ProgramDriver(Process.Start(start)!);
    }

    public static async Task<CommandResult> RunAsync(string directory, params string[] args)
    {
        using var program = Start(directory, args);
        return await program.EndAsync();
    }

    /// <summary>The first line on standard error that contains the text; the test fails when the program ends before.</summary>
    public Task<string> SeeAsync(string text)
    {
        lock (_error)
        {
            if (_error.ToString().Split('\n').FirstOrDefault(line => line.Contains(text, StringComparison.Ordinal)) is { } line)
                return Task.FromResult(line);

            var seen = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Add((text, seen));
            return seen.Task;
        }
    }

    /// <summary>Waits until the server listens; answers where.</summary>
    public async Task<Uri> ListenAsync() => new((await SeeAsync("Now listening on: ")).Split("Now listening on: ")[1]);

    public void Terminate() => Signals.Terminate(_process);

    public async Task<CommandResult> EndAsync()
    {
        await _process.WaitForExitAsync();
        await _errorEnd;
        return new CommandResult(_process.ExitCode, await _output, _error.ToString());
    }

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.Dispose();
    }

    private async Task ReadErrorAsync()
    {
        while (await _process.StandardError.ReadLineAsync() is { } line)
        {
            lock (_error)
            {
                _error.Append(line).Append('\n');
                foreach (var (_, seen) in _awaited.Where(awaited => line.Contains(awaited.Text, StringComparison.Ordinal)))
                    seen.TrySetResult(line);
            }
        }

        lock (_error)
        {
            foreach (var (text, seen) in _awaited)
                seen.TrySetException(new InvalidOperationException($"The program ended without saying \"{text}\":\n{_error}"));
        }
    }
}

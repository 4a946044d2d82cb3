using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace TaskProcessing.Benches;

/// <summary>A server as operators run it, on a free port.</summary>
/// <param name="program">The server's program.</param>
/// <param name="folder">Its working directory; the log is written there.</param>
/// <param name="name">Of the log, and in messages.</param>
/// <param name="settings">For the server and for its commands.</param>
internal sealed class ServerProgram(string program, string folder, string name, IEnumerable<string> settings) : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly StreamWriter _log = new(Path.Combine(Directory.CreateDirectory(folder).FullName, $"{name}.log")) { AutoFlush = true };
    private readonly string[] _settings = [.. settings];
    private Process? _process;

    public string Name => name;

    public Uri Address { get; } = new($"http://127.0.0.1:{FreePort()}");

    public int Kills { get; private set; }

    /// <summary>Of the running process.</summary>
    public int ProcessId => _process!.Id;

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = Start(["serve", .. _settings]);
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Write(line.Data);
        _process.ErrorDataReceived += (_, line) => Write(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await WaitUntilReadyAsync(cancellationToken);
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        for (var until = DateTime.UtcNow + StartTimeout; DateTime.UtcNow < until; await Task.Delay(20, cancellationToken))
        {
            if (_process!.HasExited)
                throw new InvalidOperationException($"{name} ended by itself with code {_process.ExitCode}; see its log");

            try
            {
                using var answer = await http.GetAsync("/health/ready", cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception error)
                when (error is HttpRequestException or SocketException or TaskCanceledException
                    && !cancellationToken.IsCancellationRequested
                )
            {
                // Not up yet, or busy with the remains of its predecessor.
            }
        }

        throw new TimeoutException($"{name} was not ready within {StartTimeout}; see its log");
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Kills++;
    }

    /// <summary>SIGTERM; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    /// <summary>Runs a command beside the server, or before its start; answers its output.</summary>
    public Task<string> CommandAsync(CancellationToken cancellationToken, params string[] command) =>
        CommandAsync(input: null, cancellationToken, command);

    /// <summary>As above, with a line of input.</summary>
    public async Task<string> CommandAsync(string? input, CancellationToken cancellationToken, params string[] command)
    {
        using var process = Start([.. command, .. _settings]);
        if (input is not null)
            await process.StandardInput.WriteLineAsync(input.AsMemory(), cancellationToken);
        process.StandardInput.Close();
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{name}: {string.Join(' ', command.Take(2))}: {await errors}{output}");
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        _log.Dispose();
    }

    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    private Process Start(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(program, [.. arguments, $"--Urls={Address}"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = folder,
            }
        )!;

    private void Write(string? line)
    {
        lock (_log)
        {
            if (line is not null && _log.BaseStream.CanWrite)
                _log.WriteLine(line);
        }
    }
}

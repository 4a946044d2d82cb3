using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace NextcloudChaos;

/// <summary>A server as operators run it, with a data directory of its own.</summary>
internal sealed class ServerProgram : IDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly string _program;
    private readonly string _folder;
    private readonly string[] _settings;
    private readonly StreamWriter _log;
    private Process? _process;

    public ServerProgram(string program, string folder, string name, params string[] settings)
    {
        _program = program;
        _folder = Directory.CreateDirectory(Path.Combine(folder, name)).FullName;
        _log = new StreamWriter(Path.Combine(folder, $"{name}.log")) { AutoFlush = true };
        Name = name;
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _settings =
        [
            $"--DataDirectory={_folder}",
            $"--Urls={Address}",
            "--RateLimits:Enabled=false",
            "--Metrics:Enabled=false",
            "--Serilog:MinimumLevel:Default=Information",
            .. settings,
        ];
    }

    public string Name { get; }

    public Uri Address { get; }

    public int Kills { get; private set; }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = Start(["serve", .. _settings]);
        _process.OutputDataReceived += (_, line) => Write(line.Data);
        _process.ErrorDataReceived += (_, line) => Write(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        using var http = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(5) };
        for (var until = DateTime.UtcNow + StartTimeout; DateTime.UtcNow < until; await Task.Delay(50, cancellationToken))
        {
            if (_process.HasExited)
                throw new InvalidOperationException($"{Name} ended by itself with code {_process.ExitCode}; see its log");

            try
            {
                using var answer = await http.GetAsync("/health/ready", cancellationToken);
                if (answer.IsSuccessStatusCode)
                    return;
            }
            catch (Exception error)
                when (error is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // Not up yet.
            }
        }

        throw new TimeoutException($"{Name} was not ready within {StartTimeout}; see its log");
    }

    /// <summary>SIGKILL, and a new start.</summary>
    public async Task KillAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
        Kills++;
        await Task.Delay(pause, cancellationToken);
        await StartAsync(cancellationToken);
    }

    public Task<string> CommandAsync(CancellationToken cancellationToken, params string[] command) =>
        CommandAsync(input: null, cancellationToken, command);

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
            : throw new InvalidOperationException($"{Name}: {string.Join(' ', command)}: {await errors}{output}");
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        _log.Dispose();
    }

    private Process Start(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(_program, arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = _folder,
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

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}

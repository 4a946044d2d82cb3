using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Chaos;

/// <summary>A server under test: its program, as operators run it.</summary>
internal sealed class ServerProcess : IDisposable
{
    public const string App = "chaos";
    public const string AppSecret = "secret-of-chaos";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    private readonly ChaosOptions _options;
    private readonly string[] _settings;
    private readonly StreamWriter _log;
    private Process? _process;

    public ServerProcess(ChaosOptions options, IDatabase database, int number)
    {
        _options = options;
        Address = new Uri($"http://127.0.0.1:{FreePort()}");
        _log = new StreamWriter(Path.Combine(options.Folder, $"server-{number}.log")) { AutoFlush = true };
        _settings =
        [
            $"--DataDirectory={Path.Combine(options.Folder, $"data-{number}")}",
            .. database.Settings,
            $"--Urls={Address}",
            "--Providers:BuiltIn:Enabled=false",
            "--RateLimits:Enabled=false",
            "--Webhooks:AllowedTargets:0=127.0.0.1",
            // A delivery that a killed server was sending is tried again half a minute after this time.
            "--Webhooks:TimeoutSeconds=5",
            "--Leases:MaxAttempts=1000",
            "--Leases:RetrySeconds=0",
            $"--Leases:Types:0:TaskType={ChaosOptions.TaskType}",
            $"--Leases:Types:0:Seconds={ChaosOptions.Lease.TotalSeconds:0}",
            "--Serilog:MinimumLevel:Default=Warning",
        ];
    }

    public Uri Address { get; }

    /// <summary>Users, as <c>login:app password</c>.</summary>
    public List<string> Users { get; } = [];

    /// <summary>The secret of a service key, which sees everything.</summary>
    public string ServiceKey { get; private set; } = "";

    /// <summary>Makes the database, users, the app and the key.</summary>
    public async Task SetUpAsync(int users, CancellationToken cancellationToken)
    {
        for (var number = 0; number < users; number++)
        {
            await CommandAsync(cancellationToken, "user", "add", $"user{number}", "--password", "a password that nobody uses");
            Users.Add($"user{number}:{await CommandAsync(cancellationToken, "user", "app-password", $"user{number}", "--name", "chaos")}");
        }

        await CommandAsync(cancellationToken, "exapp", "add", App, "--app-version", "1.0.0", "--enabled", "--secret", AppSecret);
        ServiceKey = await CommandAsync(cancellationToken, "apikey", "add", "verdict");
    }

    /// <summary>Starts it and waits until it is ready.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        _process = Start(["serve", .. _settings]);
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
                throw new InvalidOperationException($"The server ended by itself with code {_process.ExitCode}; see its log");

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

        throw new TimeoutException($"The server was not ready within {StartTimeout}; see its log");
    }

    /// <summary>SIGKILL.</summary>
    public async Task KillAsync()
    {
        _process!.Kill();
        await _process.WaitForExitAsync(CancellationToken.None);
        _process.Dispose();
    }

    /// <summary>SIGTERM; answers the exit code.</summary>
    public async Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process!.Id}"]);
        await _process.WaitForExitAsync(CancellationToken.None);
        return _process.ExitCode;
    }

    public void Dispose()
    {
        if (_process is { HasExited: false })
            _process.Kill();
        _log.Dispose();
    }

    private async Task<string> CommandAsync(CancellationToken cancellationToken, params string[] command)
    {
        using var process = Start([.. command, .. _settings]);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == 0
            ? output.Trim()
            : throw new InvalidOperationException($"{string.Join(' ', command[..2])}: {await errors}");
    }

    private Process Start(string[] arguments) =>
        Process.Start(
            new ProcessStartInfo(_options.Server, arguments)
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                WorkingDirectory = _options.Folder,
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

    public static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}

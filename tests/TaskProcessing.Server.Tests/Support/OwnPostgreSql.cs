namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A PostgreSQL server of one test's own, which may stop it and start it again, give it a standby and kill it. The test is skipped
/// where PostgreSQL's programs are not installed.
/// </summary>
internal sealed class OwnPostgreSql : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-postgres-");
    private readonly string _programs;
    private readonly int _port = Loopback.FreePort();
    private bool _isRunning;

    private OwnPostgreSql(string programs) => _programs = programs;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres";

    /// <summary>As in a connection string that names several hosts.</summary>
    public string Host => $"127.0.0.1:{_port}";

    public string Data => Path.Combine(_directory.FullName, "data");

    /// <param name="settings">Of the server, such as <c>synchronous_commit=off</c>.</param>
    public static Task<OwnPostgreSql> StartAsync(params string[] settings) => StartAsync(certificate: null, settings);

    /// <summary>Starts one that speaks TLS.</summary>
    public static Task<OwnPostgreSql> StartCertifiedAsync(string key, string certificate) => StartAsync((key, certificate), ["ssl = on"]);

    private static async Task<OwnPostgreSql> StartAsync((string Key, string Certificate)? certificate, string[] settings)
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        Assert.SkipWhen(
            versions.Length == 0 || Environment.UserName != "root",
            "the Debian package postgresql is not installed, or the tests do not run as root"
        );
        var server = Create(Path.Combine(versions.Max()!, "bin"));
        await server.RunAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        if (certificate is { } pem)
            await server.CertifyAsync(pem);
        await server.RiseAsync(["listen_addresses = '127.0.0.1'", "shared_buffers = 16MB", .. settings]);
        return server;
    }

    /// <summary>A standby of this server, which follows it by streaming; synchronously, if the server wants that.</summary>
    public async Task<OwnPostgreSql> StartStandbyAsync(params string[] settings)
    {
        var standby = Create(_programs);
        string[] source = ["-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres"];
        await standby.RunAsync("pg_basebackup", [.. source, "-D", standby.Data, "-R", "-c", "fast", "--no-sync"]);
        await standby.RiseAsync(settings);
        return standby;
    }

    public async Task RiseAsync(params string[] settings)
    {
        await File.AppendAllLinesAsync(
            Path.Combine(Data, "postgresql.conf"),
            [$"port = {_port}", $"unix_socket_directories = '{_directory.FullName}'", .. settings]
        );
        await RunAsync("pg_ctl", "-D", Data, "-w", "-s", "-l", Path.Combine(_directory.FullName, "log"), "start");
        _isRunning = true;
    }

    /// <summary>Ends when all of its processes have ended: one that is left keeps the server from starting again.</summary>
    public Task StopAsync() => StopAsync("fast");

    /// <summary>Gives it the key and the certificate that <c>ssl = on</c> uses.</summary>
    private async Task CertifyAsync((string Key, string Certificate) pem)
    {
        var (certificate, key) = (Path.Combine(Data, "server.crt"), Path.Combine(Data, "server.key"));
        await File.WriteAllTextAsync(certificate, pem.Certificate);
        await File.WriteAllTextAsync(key, pem.Key);
        // PostgreSQL takes a key of root's that its own group may read. The umask is what a server under test has made of it.
        var script = $"chmod 644 {certificate} && chown root:postgres {key} && chmod 640 {key}";
        var (exitCode, problem) = await DebianTools.RunAsync("sh", "/", [], "-c", script);
        exitCode.Should().Be(0, problem);
    }

    /// <summary>Ends all of its processes at once, as a power cut does.</summary>
    public async Task KillAsync()
    {
        await SignalAsync("KILL");
        _isRunning = false;
    }

    /// <summary>Sends a signal to all of its processes: <c>STOP</c> lets it answer nothing, <c>CONT</c> lets it go on.</summary>
    public async Task SignalAsync(string signal)
    {
        var main = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid")))[0];
        // While the main process is stopped it makes no more of them. One of them may have ended by itself.
        var script = $"kill -STOP {main} && {{ kill -{signal} $(cat /proc/{main}/task/{main}/children); kill -{signal} {main}; }}";
        var (exitCode, problem) = await DebianTools.RunAsync("sh", "/", [], "-c", script);
        exitCode.Should().Be(0, problem);
    }

    /// <summary>Makes a standby the primary server; ends when it takes writes.</summary>
    public Task PromoteAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-s", "promote");

    public async ValueTask DisposeAsync()
    {
        if (_isRunning)
        {
            await SignalAsync("CONT");
            await StopAsync("immediate");
        }

        _directory.Delete(recursive: true);
    }

    private static OwnPostgreSql Create(string programs)
    {
        var server = new OwnPostgreSql(programs);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(server._directory.FullName, (UnixFileMode)0b111_111_111);
        return server;
    }

    private async Task StopAsync(string mode)
    {
        await RunAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", mode, "stop");
        _isRunning = false;
    }

    private async Task RunAsync(string program, params string[] arguments)
    {
        // The server that pg_ctl starts would keep the pipes of this process open.
        var script = $"runuser -u postgres -- \"$@\" >{_directory.FullName}/out 2>&1";
        var (exitCode, output) = await DebianTools.RunAsync(
            "sh",
            "/",
            [],
            ["-c", script, "sh", Path.Combine(_programs, program), .. arguments]
        );
        exitCode.Should().Be(0, $"{program} {output} {await ReadAsync("out")} {await ReadAsync("log")}");
    }

    private async Task<string> ReadAsync(string name)
    {
        var path = Path.Combine(_directory.FullName, name);
        return File.Exists(path) ? await File.ReadAllTextAsync(path) : "";
    }
}

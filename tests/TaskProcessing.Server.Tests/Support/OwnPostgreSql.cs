namespace TaskProcessing.Server.Tests.Support;

/// <summary>
/// A PostgreSQL server of one test's own, which may stop it and start it again. The test is skipped where PostgreSQL's programs
/// are not installed.
/// </summary>
internal sealed class OwnPostgreSql : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-postgres-");
    private readonly string _programs;
    private readonly int _port = Loopback.FreePort();

    private OwnPostgreSql(string programs) => _programs = programs;

    public string ConnectionString => $"Host=127.0.0.1;Port={_port};Username=postgres;Database=postgres";

    private string Data => Path.Combine(_directory.FullName, "data");

    /// <param name="settings">Of the server, such as <c>synchronous_commit=off</c>.</param>
    public static async Task<OwnPostgreSql> StartAsync(params string[] settings)
    {
        var versions = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql") : [];
        Assert.SkipWhen(
            versions.Length == 0 || Environment.UserName != "root",
            "the Debian package postgresql is not installed, or the tests do not run as root"
        );
        var server = new OwnPostgreSql(Path.Combine(versions.Max()!, "bin"));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(server._directory.FullName, (UnixFileMode)0b111_111_111);
        await server.RunAsync("initdb", "-D", server.Data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync");
        await File.AppendAllLinesAsync(
            Path.Combine(server.Data, "postgresql.conf"),
            [
                "listen_addresses = '127.0.0.1'",
                $"port = {server._port}",
                $"unix_socket_directories = '{server._directory.FullName}'",
                "shared_buffers = 16MB",
                .. settings,
            ]
        );
        await server.RiseAsync();
        return server;
    }

    public Task RiseAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-s", "-l", Path.Combine(_directory.FullName, "log"), "start");

    public Task StopAsync() => RunAsync("pg_ctl", "-D", Data, "-w", "-s", "-m", "immediate", "stop");

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _directory.Delete(recursive: true);
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
        exitCode.Should().Be(0, $"{program} {output} {await File.ReadAllTextAsync(Path.Combine(_directory.FullName, "out"))}");
    }
}

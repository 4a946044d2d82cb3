using System.Diagnostics;
using Npgsql;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>PgBouncer before the PostgreSQL server of the tests. The test is skipped where it is not installed.</summary>
internal sealed class PgBouncer : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-pgbouncer-");
    private readonly int _port = Loopback.FreePort();
    private readonly string _server;
    private Process? _process;

    private PgBouncer(string server) => _server = server;

    /// <param name="server">The connection string of the database behind it.</param>
    /// <param name="settings">Lines of its configuration.</param>
    public static async Task<PgBouncer> StartAsync(string server, params string[] settings)
    {
        var program = Programs.Need("pgbouncer");
        Assert.SkipWhen(Environment.UserName != "root", "the tests do not run as root, and PgBouncer must not");
        var bouncer = new PgBouncer(server);
        await bouncer.RunAsync(program, settings);
        return bouncer;
    }

    /// <summary>The same database, through PgBouncer.</summary>
    public string ConnectionString => new NpgsqlConnectionStringBuilder(_server) { Host = "127.0.0.1", Port = _port }.ToString();

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _directory.Delete(recursive: true);
    }

    private async Task RunAsync(string program, string[] settings)
    {
        var behind = new NpgsqlConnectionStringBuilder(_server);
        var configuration = Path.Combine(_directory.FullName, "pgbouncer.ini");
        await File.WriteAllLinesAsync(
            configuration,
            [
                "[databases]",
                $"* = host={behind.Host} port={behind.Port} user={behind.Username}"
                    + (behind.Password is null ? "" : $" password={behind.Password}"),
                "[pgbouncer]",
                "listen_addr = 127.0.0.1",
                $"listen_port = {_port}",
                "unix_socket_dir =",
                "auth_type = any",
                "max_client_conn = 500",
                .. settings,
            ]
        );
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_directory.FullName, (UnixFileMode)0b111_101_101);
            File.SetUnixFileMode(configuration, (UnixFileMode)0b110_100_100);
        }

        _process = Process.Start(
            new ProcessStartInfo(program, ["-u", "nobody", configuration]) { RedirectStandardError = true, RedirectStandardOutput = true }
        )!;
        _process.ErrorDataReceived += static (_, _) => { };
        _process.BeginErrorReadLine();
        await Eventually.BecomesTrue(CanConnect, "listening");
    }

    private bool CanConnect()
    {
        try
        {
            using var client = new System.Net.Sockets.TcpClient("127.0.0.1", _port);
            return true;
        }
        catch (System.Net.Sockets.SocketException)
        {
            return false;
        }
    }
}

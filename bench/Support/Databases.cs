using System.Diagnostics;

namespace TaskProcessing.Benches;

/// <summary>The database of the server in this run.</summary>
internal interface IDatabase : IAsyncDisposable
{
    string Name { get; }

    /// <summary>The settings for the server.</summary>
    IReadOnlyList<string> Settings { get; }

    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Kills the database itself, where it is a program, and starts it again; false where it is none.</summary>
    Task<bool> KillAsync(CancellationToken cancellationToken);

    /// <summary>Stops it for a while, as a network that is cut or a disk that hangs does; false where it is no program.</summary>
    Task<bool> FreezeAsync(TimeSpan time, CancellationToken cancellationToken);

    /// <summary>Runs a statement beside the server; answers its output.</summary>
    Task<string> ExecuteAsync(string sql, CancellationToken cancellationToken);

    /// <summary>The faults that the database's own check finds; empty without one. The server is stopped.</summary>
    Task<string> CheckAsync(CancellationToken cancellationToken);
}

/// <summary>A file; needs the program sqlite3 for the check.</summary>
internal sealed class SqliteFile(string folder) : IDatabase
{
    public string Name => "SQLite";

    public IReadOnlyList<string> Settings => [];

    private string Path => System.IO.Path.Combine(folder, "data-1", "taskprocessing.db");

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<bool> KillAsync(CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<bool> FreezeAsync(TimeSpan time, CancellationToken cancellationToken) => Task.FromResult(false);

    public Task<string> ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        Tool.RunAsync("sqlite3", ["-cmd", ".timeout 10000", Path, sql], cancellationToken);

    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        var said = await ExecuteAsync("PRAGMA integrity_check; PRAGMA foreign_key_check;", cancellationToken);
        return said == "ok" ? "" : said;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}

/// <summary>A PostgreSQL instance of this run's own, with fsync on; run by the user postgres when the farm runs as root.</summary>
internal sealed class PostgreSqlInstance(string programs, string folder) : IDatabase
{
    private readonly int _port = ServerProgram.FreePort();

    public string Name => "PostgreSQL";

    public IReadOnlyList<string> Settings =>
        [
            "--Store:Provider=PostgreSql",
            $"--Store:ConnectionString=Host=127.0.0.1;Port={_port};Username=postgres;Database=chaos;Maximum Pool Size=40",
        ];

    private string Data => Path.Combine(folder, "postgres", "data");

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Data)!);
        if (Environment.UserName == "root")
            await Tool.RunAsync("chown", ["postgres", Path.GetDirectoryName(Data)!], cancellationToken);
        await RunAsync("initdb", ["-D", Data, "-U", "postgres", "-A", "trust", "-E", "UTF8"], cancellationToken);
        await RaiseAsync(cancellationToken);
        await Tool.RunAsync("psql", [.. Login("postgres"), "-c", "CREATE DATABASE chaos"], cancellationToken);
    }

    public async Task<bool> KillAsync(CancellationToken cancellationToken)
    {
        // All at once, as if the machine had died.
        var all = await ProcessesAsync(cancellationToken);
        await Tool.RunAsync("kill", ["-KILL", .. all], cancellationToken, mayFail: true);
        while (all.Any(IsAlive))
            await Task.Delay(TimeSpan.FromMilliseconds(50), cancellationToken);

        // After a real crash no process has its number; here its body may not be buried yet.
        File.Delete(Path.Combine(Data, "postmaster.pid"));
        await RaiseAsync(cancellationToken);
        return true;
    }

    public async Task<bool> FreezeAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        // The postmaster first: it starts no more processes then.
        var all = await ProcessesAsync(cancellationToken);
        await Tool.RunAsync("kill", ["-STOP", all[0]], cancellationToken);
        all = await ProcessesAsync(cancellationToken);
        await Tool.RunAsync("kill", ["-STOP", .. all], cancellationToken, mayFail: true);
        await Task.Delay(time, cancellationToken);
        await Tool.RunAsync("kill", ["-CONT", .. all], cancellationToken, mayFail: true);
        return true;
    }

    public Task<string> ExecuteAsync(string sql, CancellationToken cancellationToken) =>
        Tool.RunAsync("psql", [.. Login("chaos"), "-At", "-c", sql], cancellationToken);

    public async Task<string> CheckAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("CREATE EXTENSION IF NOT EXISTS amcheck", cancellationToken);
        return await Tool.RunAsync(
            Path.Combine(programs, "pg_amcheck"),
            [.. Login("chaos"), "--heapallindexed"],
            cancellationToken,
            mayFail: true
        );
    }

    public async ValueTask DisposeAsync()
    {
        if (File.Exists(Path.Combine(Data, "postmaster.pid")))
            await RunAsync("pg_ctl", ["-D", Data, "-m", "fast", "-w", "stop"], CancellationToken.None, mayFail: true);
    }

    private Task<string> RaiseAsync(CancellationToken cancellationToken) =>
        RunAsync(
            "pg_ctl",
            [
                "-D",
                Data,
                "-w",
                "-l",
                Path.Combine(Data, "log"),
                "-o",
                $"-c listen_addresses=127.0.0.1 -c port={_port} -c unix_socket_directories= -c fsync=on -c max_connections=200",
                "start",
            ],
            cancellationToken
        );

    /// <summary>The postmaster and its children.</summary>
    private async Task<string[]> ProcessesAsync(CancellationToken cancellationToken)
    {
        var postmaster = (await File.ReadAllLinesAsync(Path.Combine(Data, "postmaster.pid"), cancellationToken))[0];
        var children = await Tool.RunAsync("pgrep", ["-P", postmaster], cancellationToken);
        return [postmaster, .. children.Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    private string[] Login(string database) => ["-h", "127.0.0.1", "-p", $"{_port}", "-U", "postgres", "-d", database];

    private Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken, bool mayFail = false)
    {
        var path = Path.Combine(programs, program);
        return Environment.UserName == "root"
            ? Tool.RunAsync("runuser", ["-u", "postgres", "--", path, .. arguments], cancellationToken, mayFail)
            : Tool.RunAsync(path, arguments, cancellationToken, mayFail);
    }

    private static bool IsAlive(string process)
    {
        try
        {
            return !File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }
}

/// <summary>Programs that the machine has.</summary>
internal static class Tool
{
    public static async Task<string> RunAsync(string program, string[] arguments, CancellationToken cancellationToken, bool mayFail = false)
    {
        // The server that pg_ctl starts keeps the pipes of its parent open, so its output is discarded.
        var isStarting = arguments is [.., "start"];
        using var process = Process.Start(
            new ProcessStartInfo(
                isStarting ? "sh" : program,
                isStarting ? ["-c", "exec \"$@\" >/dev/null 2>&1", "sh", program, .. arguments] : arguments
            )
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            }
        )!;
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        if (process.ExitCode != 0 && !mayFail)
            throw new InvalidOperationException($"{program} failed: {output}{await errors}");

        return (output + (process.ExitCode == 0 ? "" : await errors)).Trim();
    }
}

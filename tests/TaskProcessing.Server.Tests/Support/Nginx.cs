using System.Diagnostics;

namespace TaskProcessing.Server.Tests.Support;

/// <summary>Debian's nginx with the configuration of deploy/nginx, before servers of one test's own.</summary>
internal sealed class Nginx : IAsyncDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("taskprocessing-nginx-");
    private readonly int _port = Loopback.FreePort();
    private Process? _process;

    private Nginx() { }

    public Uri Address => new($"http://127.0.0.1:{_port}");

    public static async Task<Nginx> StartAsync(params Uri[] servers)
    {
        var program = Programs.Need("nginx");
        var nginx = new Nginx();
        try
        {
            await nginx.StartAsync(program, servers);
            return nginx;
        }
        catch
        {
            await nginx.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            Signals.Terminate(_process);
            await _process.WaitForExitAsync();
            _process.Dispose();
        }

        _directory.Delete(recursive: true);
    }

    private async Task StartAsync(string program, Uri[] servers)
    {
        var site = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "nginx", "taskprocessing.conf"));
        site = site.Replace("listen 8080", $"listen 127.0.0.1:{_port}", StringComparison.Ordinal);
        for (var i = 0; i < servers.Length; i++)
            site = site.Replace($"server-{i + 1}:8080", servers[i].Authority, StringComparison.Ordinal);
        site.Should().NotContain(":8080", "all of its servers are replaced");
        var own = string.Join(
            '\n',
            new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(use =>
                $"{use}_temp_path {Path.Combine(_directory.FullName, use)};"
            )
        );
        await File.WriteAllTextAsync(
            Path.Combine(_directory.FullName, "nginx.conf"),
            $$"""
            {{(Environment.UserName == "root" ? "user root;" : "")}}
            daemon off;
            worker_processes 1;
            pid {{_directory.FullName}}/pid;
            events { worker_connections 512; }
            http {
                access_log off;
                {{own}}
                {{site}}
            }
            """
        );
        _process = Process.Start(
            new ProcessStartInfo(
                program,
                ["-c", Path.Combine(_directory.FullName, "nginx.conf"), "-e", Path.Combine(_directory.FullName, "log")]
            )
            {
                RedirectStandardError = true,
            }
        )!;
        using var client = new HttpClient { BaseAddress = Address };
        await Eventually.BecomesTrue(() => _process.HasExited || IsListening(client), "nginx listening");
        _process
            .HasExited.Should()
            .BeFalse("nginx takes the configuration: {0}", File.ReadAllText(Path.Combine(_directory.FullName, "log")));
    }

    private static bool IsListening(HttpClient client)
    {
        try
        {
            return client.GetAsync("/health/live").GetAwaiter().GetResult().IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}

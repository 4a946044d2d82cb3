using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>The built program as its users run it.</summary>
public sealed class ProgramTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Help_goes_to_standard_output_and_a_wrong_word_to_standard_error()
    {
        var help = await ProgramDriver.RunAsync(_directory.Path, "--help");
        help.Should()
            .Match<CommandResult>(result =>
                result.ExitCode == 0 && result.Error == "" && result.Out.Contains("app-password") == false && result.Out.Contains("serve")
            );

        var wrong = await ProgramDriver.RunAsync(_directory.Path, "usr", "list");
        wrong.ExitCode.Should().Be(2);
        wrong.Out.Should().BeEmpty();
        wrong.Error.Should().Contain("\"usr\"").And.Contain("did you mean user?");
    }

    [Fact]
    public async Task Serving_with_wrong_settings_names_them_all_and_ends()
    {
        var result = await ProgramDriver.RunAsync(
            _directory.Path,
            "--Store:Provider=Oracle",
            "--RateLimits:Schedule:UserLimit=0",
            "--Ocs:Version=x",
            "--Proxies:Trusted:0=nobody",
            "--urls=8080"
        );

        result.ExitCode.Should().Be(1);
        result.Out.Should().BeEmpty();
        result
            .Error.Should()
            .ContainAll("Store:Provider", "RateLimits:Schedule:UserLimit", "Ocs:Version", "Proxies:Trusted:0", "Urls")
            .And.NotContain("   at ");
    }

    [Fact]
    public async Task Serving_on_a_port_in_use_says_so_and_ends()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();

        var result = await ProgramDriver.RunAsync(_directory.Path, $"--urls=http://{taken.LocalEndpoint}");

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("address already in use").And.NotContain("   at ");
    }

    [Fact]
    public async Task The_demo_shows_all_three_results_and_leaves_nothing_behind()
    {
        var result = await ProgramDriver.RunAsync(_directory.Path, "demo");

        result.Error.Should().BeEmpty();
        result.ExitCode.Should().Be(0);
        result.Out.Should().ContainAll("== summary", "== headline", "== topics", "lighthouse", "curl -u").And.NotContain("\e");
        Directory.EnumerateFileSystemEntries(_directory.Path).Should().BeEmpty();
    }

    [Fact]
    public async Task A_user_who_is_added_beside_a_running_server_can_log_in_at_once()
    {
        using var server = ProgramDriver.Start(
            _directory.Path,
            "serve",
            "--urls",
            "http://127.0.0.1:0",
            "--DataDirectory",
            _directory.File("data")
        );
        using var client = new HttpClient { BaseAddress = await server.ListenAsync() };
        await new CommandLineDriver(_directory.File("data")).SucceedAsync("user", "add", "alice", "--password", "wonderland");

        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:wonderland"));
        (await client.GetStringAsync("/ocs/v2.php/cloud/user?format=json")).Should().Contain("\"id\":\"alice\"");

        server.Terminate();
        var end = await server.EndAsync();
        end.ExitCode.Should().Be(0);
        end.Out.Should().StartWith("First start: user \"admin\" has the password ").And.Subject.Split('\n').Should().HaveCount(2);
    }

    [Fact]
    public async Task A_request_that_runs_when_the_server_is_told_to_stop_is_answered()
    {
        using var server = ProgramDriver.Start(_directory.Path, "--urls=http://127.0.0.1:0");
        var address = await server.ListenAsync();
        const string Body = """{"type":"core:text2text","input":{"input":"x"},"appId":"test"}""";
        using var connection = new TcpClient(address.Host, address.Port);
        await using var stream = connection.GetStream();

        await stream.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /ocs/v2.php/taskprocessing/schedule HTTP/1.1\r\nHost: x\r\nOCS-APIRequest: true\r\n"
                    + $"Content-Type: application/json\r\nContent-Length: {Body.Length}\r\nExpect: 100-continue\r\n\r\n"
            )
        );
        using var reader = new StreamReader(stream);
        (await reader.ReadLineAsync()).Should().Be("HTTP/1.1 100 Continue", "then the server waits for the body");
        server.Terminate();
        await server.SeeAsync("Application is shutting down");
        await stream.WriteAsync(Encoding.ASCII.GetBytes(Body));

        await reader.ReadLineAsync();
        (await reader.ReadLineAsync()).Should().StartWith("HTTP/1.1 4", "the call itself is wrong, but it is answered");
        (await server.EndAsync()).ExitCode.Should().Be(0);
    }

    [Fact]
    public async Task A_server_that_cannot_listen_makes_no_account_and_tells_no_password()
    {
        using var taken = new TcpListener(System.Net.IPAddress.Loopback, 0);
        taken.Start();

        var failed = await ProgramDriver.RunAsync(_directory.Path, $"--urls=http://{taken.LocalEndpoint}");
        using var server = ProgramDriver.Start(_directory.Path, "--urls=http://127.0.0.1:0");
        await server.ListenAsync();
        await server.SeeAsync("Created the first user \"admin\"");
        server.Terminate();

        failed.ExitCode.Should().Be(1);
        failed.Out.Should().BeEmpty();
        (await server.EndAsync()).Out.Should().StartWith("First start: user \"admin\" has the password ");
    }
}

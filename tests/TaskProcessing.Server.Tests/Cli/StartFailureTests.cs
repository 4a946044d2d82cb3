using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using TaskProcessing.Server.Cli.Serving;

namespace TaskProcessing.Server.Tests.Cli;

/// <summary>A server that cannot start ends with the reason and the remedy.</summary>
public sealed class StartFailureTests : IDisposable
{
    private static readonly string[] Bare = ["--Providers:BuiltIn:Enabled=false", "--Providers:ReadyMade:Enabled=false"];

    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_start_on_a_port_in_use_does_not_use_up_the_first_password()
    {
        using (var taken = new TcpListener(IPAddress.Loopback, 0))
        {
            taken.Start();
            (await FailAsync($"--urls=http://{taken.LocalEndpoint}"))
                .Should()
                .Contain("address already in use; end the program that uses it, or listen elsewhere with --urls");
        }

        using var server = ProgramDriver.Start(_directory.Path, [.. Bare, "--urls=http://127.0.0.1:0"]);
        await server.SeeAsync("standard output shows its password once");
        server.Terminate();
        (await server.EndAsync()).Out.Should().StartWith("First start: user \"admin\" has the password ");
    }

    [Fact]
    public async Task Https_without_a_certificate_says_where_to_set_one()
    {
        // The developer's own certificate, which a machine of a developer has, lies below HOME.
        using var program = ProgramDriver.Start(
            _directory.Path,
            new() { ["HOME"] = _directory.Path },
            [.. Bare, "--urls=https://127.0.0.1:0"]
        );

        Failure(await program.EndAsync()).Should().Contain("https needs a certificate; set Kestrel:Certificates:Default:Path");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_one_is_named_with_its_setting()
    {
        await File.WriteAllTextAsync(_directory.File("file"), "");

        (await FailAsync("--urls=http://127.0.0.1:0", "--DataDirectory=file"))
            .Should()
            .Contain($"{_directory.File("file")} must be a directory that this user can write to; the setting DataDirectory names it");
    }

    [Fact]
    public async Task A_database_that_does_not_exist_is_not_waited_for_when_another_command_makes_it() =>
        (await FailAsync("--urls=http://127.0.0.1:0", "--Store:MigrateOnStart=false"))
            .Should()
            .Contain("\"taskprocessing migrate\" makes it");

    [Theory]
    [InlineData("user", "list")]
    [InlineData("migrate")]
    [InlineData("serve", "--urls=http://127.0.0.1:0")]
    public async Task A_database_of_a_newer_version_is_refused(params string[] command)
    {
        var driver = new CommandLineDriver(_directory.Path);
        await driver.SucceedAsync("migrate");
        await using (var connection = new SqliteConnection($"Data Source={_directory.File("taskprocessing.db")};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var insert = connection.CreateCommand();
            insert.CommandText = """INSERT INTO "__EFMigrationsHistory" VALUES ('20990101000000_Later', '10.0.0')""";
            await insert.ExecuteNonQueryAsync();
        }

        var result = await ProgramDriver.RunAsync(_directory.Path, [.. command, $"--DataDirectory={_directory.Path}"]);

        result.ExitCode.Should().Be(1);
        Last(result)
            .Should()
            .Contain("was made by a newer version of this program (20990101000000_Later); run that version, or restore the backup");
    }

    [Fact]
    public async Task A_log_that_cannot_be_written_says_so()
    {
        using var server = ProgramDriver.Start(_directory.Path, [.. Bare, "--urls=http://127.0.0.1:0", "--Serilog:WriteTo:0:Name=Fil"]);

        (await server.SeeAsync("the log is not as it was set")).Should().Contain("Fil");
    }

    [Theory]
    [InlineData(SocketError.AddressNotAvailable, "an address that this machine does not have; listen elsewhere with --urls")]
    [InlineData(SocketError.AccessDenied, "ports below 1024 are for root")]
    [InlineData(SocketError.AddressFamilyNotSupported, "cannot listen on the address of Urls")]
    public void An_address_that_cannot_be_listened_on_is_explained(SocketError error, string explanation) =>
        StartFailure.Explain(new SocketException((int)error)).Should().Contain(explanation);

    [Fact]
    public void A_certificate_that_cannot_be_read_is_explained() =>
        StartFailure
            .Explain(new CryptographicException("Bad.\nVery bad."))
            .Should()
            .StartWith("a certificate of the section Kestrel cannot be used: Bad; ");

    [Fact]
    public void An_error_that_looks_like_a_bug_is_not_explained() => StartFailure.Explain(new UnreachableException()).Should().BeNull();

    /// <returns>The last line on standard error.</returns>
    private async Task<string> FailAsync(params string[] args) =>
        Failure(await ProgramDriver.RunAsync(_directory.Path, [.. Bare, .. args]));

    private static string Failure(CommandResult result)
    {
        result.ExitCode.Should().Be(1);
        result.Out.Should().BeEmpty("nobody needs the password of a server that does not run");
        result.Error.Should().NotContain("   at ");
        return Last(result);
    }

    private static string Last(CommandResult result)
    {
        var last = result.Error.TrimEnd('\n').Split('\n')[^1];
        last.Should().StartWith("taskprocessing: ");
        return last;
    }
}

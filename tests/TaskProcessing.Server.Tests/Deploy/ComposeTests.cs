using System.Text.RegularExpressions;
using Npgsql;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Deploy;

/// <summary>What docker-compose.yml counts on. No container is started: deploy/try-image tries the image.</summary>
public sealed class ComposeTests
{
    private const string Password = "a;b'c\"d$e\\f=g #h{i} ö";

    [Fact]
    public async Task The_file_keeps_to_its_schema_and_nginx_finds_its_servers_in_it()
    {
        var secrets = new Dictionary<string, string> { ["POSTGRES_PASSWORD"] = "secret", ["S3_SECRET_KEY"] = "secret" };

        var (code, output) = await DebianTools.RunAsync("docker-compose", Repository.Root, secrets, "--profile", "cluster", "config");

        code.Should().Be(0, output);
        var site = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "nginx", "taskprocessing.conf"));
        var servers = Regex.Matches(site, @"server ([\w-]+):8080").Select(match => match.Groups[1].Value).ToList();
        servers.Should().HaveCount(2);
        foreach (var server in servers)
            output.Should().Contain($"\n  {server}:\n", Exactly.Once());
    }

    [Fact]
    public async Task Every_server_has_a_read_only_root_and_no_capabilities()
    {
        string[] profiles = ["--profile", "nextcloud", "--profile", "postgres", "--profile", "cluster"];

        var (code, output) = await DebianTools.RunAsync("docker-compose", Repository.Root, [], [.. profiles, "config"]);

        code.Should().Be(0, output);
        var servers = Regex
            .Split(output, @"^(?=  [\w-]+:$)", RegexOptions.Multiline)
            .Where(text => text.Contains("image: taskprocessing\n"))
            .ToList();
        servers.Should().HaveCount(6);
        servers
            .Should()
            .OnlyContain(server => server.Contains("\n    read_only: true\n"))
            .And.OnlyContain(server => Regex.IsMatch(server, @"\n    cap_drop:\n +- ALL\n"))
            .And.OnlyContain(server => Regex.IsMatch(server, @"\n    security_opt:\n +- no-new-privileges:true\n"))
            .And.NotContain(server => server.Contains("privileged:") || server.Contains("cap_add:"));
    }

    [Fact]
    public async Task A_password_with_any_character_gets_through_to_PostgreSQL()
    {
        var compose = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "docker-compose.yml"));
        compose.Should().Contain("PGPASSWORD: ${POSTGRES_PASSWORD:-}").And.NotContain("Password=");

        using var directory = new TemporaryDirectory();
        await using var postgres = await OwnPostgreSql.StartAsync();
        await using (var connection = new NpgsqlConnection(postgres.ConnectionString))
        {
            await connection.OpenAsync();
            await using var command = new NpgsqlCommand(
                $"CREATE ROLE taskprocessing LOGIN PASSWORD '{Password.Replace("'", "''", StringComparison.Ordinal)}'",
                connection
            );
            await command.ExecuteNonQueryAsync();
            command.CommandText = "CREATE DATABASE taskprocessing OWNER taskprocessing";
            await command.ExecuteNonQueryAsync();
            // From here on it wants a password of everybody but the superuser.
            command.CommandText = "SELECT current_setting('hba_file')";
            var rules = (string)(await command.ExecuteScalarAsync())!;
            await File.WriteAllTextAsync(rules, "host all postgres 127.0.0.1/32 trust\nhost all all 127.0.0.1/32 scram-sha-256\n");
            command.CommandText = "SELECT pg_reload_conf()";
            await command.ExecuteNonQueryAsync();
        }

        (await MigrateAsync(Password)).ExitCode.Should().Be(0);
        (await MigrateAsync("another one")).Error.Should().Contain("28P01");

        async Task<CommandResult> MigrateAsync(string password)
        {
            var place = new NpgsqlConnectionStringBuilder(postgres.ConnectionString)
            {
                Username = "taskprocessing",
                Database = "taskprocessing",
            };
            using var program = ProgramDriver.Start(
                directory.Path,
                new Dictionary<string, string> { ["PGPASSWORD"] = password },
                "migrate",
                "--Store:Provider=PostgreSql",
                $"--Store:ConnectionString={place}"
            );
            return await program.EndAsync();
        }
    }
}

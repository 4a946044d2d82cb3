using System.Diagnostics;
using System.Text.Json.Nodes;
using Npgsql;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli.Backups;

public sealed class BackupCommandTests : IDisposable
{
    /// <summary>Where nothing listens.</summary>
    private const string NoServer = "--Urls=http://127.0.0.1:1";

    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory.File("data");

    private string Backup => _directory.File("backup");

    private CommandLineDriver Driver => new(Data);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_backup_is_replaced_with_force_alone_and_anything_else_never()
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");
        await Driver.SucceedAsync("backup", Backup);
        await Driver.SucceedAsync("user", "add", "bob", "--password=wonderland");

        var refused = await Driver.RunAsync("backup", Backup);
        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("is a backup already").And.Contain("--force");
        await Driver.SucceedAsync("backup", $"{Backup}/", "--force");
        Directory.GetFileSystemEntries(_directory.Path).Should().BeEquivalentTo(Data, Backup);

        Directory.CreateDirectory(_directory.File("photos"));
        await File.WriteAllTextAsync(_directory.File("photos/cat.jpg"), "");
        (await Driver.RunAsync("backup", _directory.File("photos"), "--force")).Error.Should().Contain("not empty and no backup");
        File.Exists(_directory.File("photos/cat.jpg")).Should().BeTrue();

        var restored = new CommandLineDriver(_directory.File("restored"));
        await restored.SucceedAsync("restore", Backup, NoServer);
        (await restored.SucceedAsync("user", "list")).Should().ContainAll("alice", "bob");
    }

    [Fact]
    public async Task There_is_no_backup_of_nothing()
    {
        var refused = await Driver.RunAsync("backup", Backup);

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain("there is nothing to copy").And.Contain("taskprocessing.db");
        Directory.Exists(Backup).Should().BeFalse();
        Directory.Exists(Data).Should().BeFalse("a backup makes no database");
    }

    [Fact]
    public async Task A_backup_is_restored_where_there_are_no_data_and_no_server_runs()
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");
        await Driver.SucceedAsync("backup", Backup);

        var occupied = await Driver.RunAsync("restore", Backup, NoServer);
        occupied.ExitCode.Should().Be(1);
        occupied.Error.Should().Contain("there are data already").And.Contain("taskprocessing.db");

        await using var server = await TestServer.StartAsync();
        var served = await new CommandLineDriver(_directory.File("other")).RunAsync("restore", Backup, $"--Urls={server.Address}");
        served.ExitCode.Should().Be(1);
        served.Error.Should().Contain($"a server runs at {server.Address}");
        Directory.Exists(_directory.File("other")).Should().BeFalse();
    }

    [Theory]
    [InlineData("backup.json", "is no whole backup")]
    [InlineData("taskprocessing.db", "is missing")]
    public async Task A_backup_that_lacks_a_part_is_refused(string part, string reason)
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");
        await Driver.SucceedAsync("backup", Backup);
        File.Delete(Path.Combine(Backup, part));

        var refused = await new CommandLineDriver(_directory.File("restored")).RunAsync("restore", Backup, NoServer);

        refused.ExitCode.Should().Be(1);
        refused.Error.Should().Contain(reason);
    }

    [Fact]
    public async Task A_backup_of_a_newer_version_is_refused()
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");
        await Driver.SucceedAsync("backup", Backup);
        var manifest = Path.Combine(Backup, "backup.json");
        var json = JsonNode.Parse(await File.ReadAllTextAsync(manifest))!;
        json["format"] = 2;
        json["version"] = "9.1.0";
        await File.WriteAllTextAsync(manifest, json.ToJsonString());

        (await new CommandLineDriver(_directory.File("restored")).RunAsync("restore", Backup, NoServer))
            .Error.Should()
            .Contain("made by version 9.1.0");
    }

    [Fact]
    public async Task What_is_left_of_a_backup_is_restored_only_when_asked_for()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("first.txt", [1]);
        await alice.PutFileAsync("second.txt", [1, 2]);
        await new CommandLineDriver(server.DataDirectory).SucceedAsync("backup", Backup);
        File.Delete(Directory.GetFiles(Path.Combine(Backup, "files"), "*", SearchOption.AllDirectories)[0]);

        (await Driver.RunAsync("restore", Backup, NoServer)).Error.Should().Contain("1 contents are missing").And.Contain("--incomplete");
        Directory.Exists(Data).Should().BeFalse();
        var restored = await Driver.RunAsync("restore", Backup, NoServer, "--incomplete");
        restored.ExitCode.Should().Be(0);
        restored.Error.Should().Contain("1 contents are missing");
        (await Driver.RunAsync("file", "check")).Out.Should().Contain("1 are missing");
    }

    [Fact]
    public async Task What_the_server_itself_has_lost_does_not_keep_it_from_a_backup()
    {
        await using var server = await TestServer.StartAsync();
        var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("first.txt", [1]);
        await alice.PutFileAsync("second.txt", [1, 2]);
        File.Delete(Directory.GetFiles(Path.Combine(server.DataDirectory, "files"), "*", SearchOption.AllDirectories)[0]);

        var made = await new CommandLineDriver(server.DataDirectory).RunAsync("backup", Backup);
        made.ExitCode.Should().Be(0);
        made.Error.Should().Contain("1 contents are lost in the server itself");
        (await Driver.RunAsync("restore", Backup, NoServer)).ExitCode.Should().Be(0, "the backup has all that there was");
    }

    [Fact]
    public async Task Key_files_in_the_data_directory_come_along_and_others_are_named()
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");
        Directory.CreateDirectory(_directory.File("data/keys"));
        await File.WriteAllTextAsync(_directory.File("data/keys/model"), "sk-1");
        await File.WriteAllTextAsync(_directory.File("elsewhere"), "sk-2");
        string[] settings =
        [
            "--Providers:OpenAI:near:BaseAddress=http://127.0.0.1:1/v1",
            $"--Providers:OpenAI:near:KeyFile={_directory.File("data/keys/model")}",
            "--Providers:OpenAI:far:BaseAddress=http://127.0.0.1:1/v1",
            $"--Providers:OpenAI:far:KeyFile={_directory.File("elsewhere")}",
        ];

        var made = await Driver.RunAsync(["backup", Backup, .. settings]);
        made.ExitCode.Should().Be(0);
        made.Out.Should().Contain("keys/model").And.NotContain("sk-");
        made.Error.Should().Contain($"{_directory.File("elsewhere")} is not in the data directory");
        await new CommandLineDriver(_directory.File("restored")).SucceedAsync("restore", Backup, NoServer);
        (await File.ReadAllTextAsync(_directory.File("restored/keys/model"))).Should().Be("sk-1");
    }

    [Fact]
    public async Task A_backup_of_the_database_alone_says_how_the_files_are_copied()
    {
        await Driver.SucceedAsync("user", "add", "alice", "--password=wonderland");

        (await Driver.SucceedAsync("backup", Backup, "--database-only"))
            .Should()
            .Contain($"rsync --archive --mkpath --ignore-existing --exclude=/unfinished {Data}/files/ {Backup}/files/");
        (await Driver.SucceedAsync("backup", Backup, "--force", "--database-only", "--Files:Storage=S3", "--Files:S3:Bucket=tasks"))
            .Should()
            .Contain($"aws s3 sync s3://tasks/ {Backup}/files --region=us-east-1");
    }

    [Fact]
    public async Task For_PostgreSQL_both_say_which_commands_to_run()
    {
        string[] settings =
        [
            "--Store:Provider=PostgreSql",
            "--Store:ConnectionString=Host=db.example;Port=6000;Username=o'brien;Password=geheim;Database=tasks",
            NoServer,
        ];
        const string Place = @"--host=db.example --port=6000 --username='o'\''brien'";

        var backup = await Driver.RunAsync(["backup", Backup, .. settings]);
        var copy = $"rsync --archive --mkpath --ignore-existing --exclude=/unfinished {Data}/files/ {Backup}/files/";
        backup.ExitCode.Should().Be(1, "a backup that was not made must be noticed");
        backup
            .Out.TrimEnd()
            .Split('\n')
            .Should()
            .Equal(copy, $"pg_dump {Place} --dbname=tasks --format=custom --file={Backup}/taskprocessing.dump", copy);
        var restore = await Driver.RunAsync(["restore", Backup, .. settings]);
        restore.ExitCode.Should().Be(1);
        restore
            .Out.TrimEnd()
            .Split('\n')
            .Should()
            .Equal(
                $"createdb {Place} --template=template0 --encoding=UTF8 tasks",
                $"pg_restore {Place} --dbname=tasks --no-owner --exit-on-error --single-transaction {Backup}/taskprocessing.dump",
                $"rsync --archive --mkpath --ignore-existing {Backup}/files/ {Data}/files/",
                "taskprocessing file check"
            );
        (backup.Out + backup.Error + restore.Out + restore.Error).Should().NotContain("geheim");
    }

    [Fact]
    public async Task The_commands_for_PostgreSQL_copy_it_and_make_it_anew()
    {
        Programs.Need("pg_dump");
        Programs.Need("rsync");
        await using var server = await TestServer.StartAsync(DatabaseProvider.PostgreSql);
        var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("first.txt", [1, 2, 3]);
        var database = server.Get<Microsoft.Extensions.Options.IOptions<StoreOptions>>().Value.ConnectionString!;
        var copy = new NpgsqlConnectionStringBuilder(database);
        copy.Database += "_copy";

        var backup = await RunAsync(server.DataDirectory, "backup", database);
        Directory.CreateDirectory(Backup);
        await RunLinesAsync(backup.Out, database);
        var restore = await RunAsync(Data, "restore", copy.ToString());
        try
        {
            await RunLinesAsync(restore.Out.Replace("taskprocessing file check\n", "", StringComparison.Ordinal), database);
            (await RunAsync(Data, "user", copy.ToString(), "list")).Out.Should().Contain("alice");
            (await RunAsync(Data, "file", copy.ToString(), "check")).Out.Should().Contain("1 contents of 3 bytes").And.Contain("agree");
        }
        finally
        {
            await PostgreSqlServer.DropDatabaseAsync(copy.Database!);
        }

        Task<CommandResult> RunAsync(string data, string command, string connection, string? more = null) =>
            new CommandLineDriver(data).RunAsync(
                command,
                more ?? Backup,
                "--Store:Provider=PostgreSql",
                $"--Store:ConnectionString={connection}",
                NoServer
            );
    }

    private static async Task RunLinesAsync(string lines, string connection)
    {
        var start = new ProcessStartInfo(Programs.Need("sh"), ["-e", "-c", lines]) { RedirectStandardError = true };
        start.Environment["PGPASSWORD"] = new NpgsqlConnectionStringBuilder(connection).Password ?? "";
        using var shell = Process.Start(start)!;
        var error = await shell.StandardError.ReadToEndAsync();
        await shell.WaitForExitAsync();
        shell.ExitCode.Should().Be(0, error);
    }
}

using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class DoctorCommandTests : IDisposable
{
    /// <summary>An address where nothing listens, and that nothing may listen at by chance.</summary>
    private const string NoServer = "--Urls=http://127.0.0.1:0";

    private const string NoPrograms = "--Providers:ReadyMade:Enabled=false";

    private readonly TemporaryDirectory _directory = new();

    private string Data => _directory.File("data");

    private static string[] Names { get; } =
    [
        "configuration",
        "store",
        "migrations",
        "clock",
        "disk",
        "blobs",
        "apps",
        "nextclouds",
        "endpoints",
        "programs",
        "ports",
        "certificates",
        "proxies",
    ];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task A_running_server_is_well()
    {
        await using var server = await TestServer.StartAsync();
        await (await server.UserAsync("alice")).PutFileAsync("first.txt", [1]);
        await using var app = await FakeExApp.StartAsync();
        await server.ExAppAsync("worker", url: app.Url);

        var (exitCode, lines) = await LookAsync(server.DataDirectory, $"--Urls={server.Address}");

        exitCode.Should().Be(0);
        lines.Should().OnlyContain(line => line.Condition == "ok");
        lines.Select(line => line.Check).Distinct().Should().Equal(Names);
        Text(lines, "ports").Should().Contain("a server of this kind runs");
        Text(lines, "blobs").Should().Contain("all 1 that were looked for");
        Text(lines, "apps").Should().Contain($"worker answers at {app.Url}");
    }

    [Fact]
    public async Task What_is_found_is_told_to_people_too()
    {
        var result = await new CommandLineDriver(Data).RunAsync("doctor", NoServer, NoPrograms);

        result.ExitCode.Should().Be(0);
        result.Out.Should().ContainAll("ok       configuration  ", "warning  store ", "→ start the server", "0 failed, 1 to be looked at");
        Directory.Exists(Data).Should().BeFalse("looking makes no database");
    }

    [Fact]
    public async Task Wrong_settings_are_lines_and_what_does_not_need_them_is_checked()
    {
        var (exitCode, lines) = await LookAsync(Data, "--Files:MaxUploadBytes=many", "--Store:CacheMegabytes=-1", NoServer);

        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "configuration" && line.Text.StartsWith("Files:MaxUploadBytes must be"));
        lines.Should().Contain(line => line.Check == "configuration" && line.Text.Contains("Store:CacheMegabytes"));
        lines.Should().Contain(line => line.Check == "disk" && line.Text.StartsWith("not checked"));
        Text(lines, "ports").Should().Contain("is free");
        lines.Select(line => line.Check).Distinct().Should().Equal(Names);
    }

    [Fact]
    public async Task A_file_of_settings_that_cannot_be_read_is_a_line()
    {
        await File.WriteAllTextAsync(_directory.File("appsettings.json"), "{ \"Store\": ");

        var result = await ProgramDriver.RunAsync(_directory.Path, "doctor", "--json");

        result.ExitCode.Should().Be(1);
        var lines = Read(result);
        lines[0].Should().Match<Line>(line => line.Check == "configuration" && line.Condition == "failed");
        lines[0].Text.Should().Contain("appsettings.json, line 1");
    }

    [Fact]
    public async Task A_database_that_is_away_is_a_line_and_its_password_is_not()
    {
        var result = await new CommandLineDriver(Data).RunAsync(
            "doctor",
            "--json",
            "--Store:Provider=PostgreSql",
            "--Store:ConnectionString=Host=127.0.0.1;Port=1;Username=tasks;Password=geheim;wort;Database=tasks",
            NoServer,
            NoPrograms
        );

        result.ExitCode.Should().Be(1);
        Read(result).Should().Contain(line => line.Condition == "failed");
        (result.Out + result.Error).Should().NotContain("geheim").And.NotContain("wort");

        var (exitCode, lines) = await LookAsync(
            Data,
            "--Store:Provider=PostgreSql",
            "--Store:ConnectionString=Host=127.0.0.1;Port=1;Username=tasks;Password=geheim",
            NoServer
        );
        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "store" && line.Condition == "failed" && line.Text.Contains("Cannot open"));
        Text(lines, "migrations").Should().Contain("not checked");
    }

    [Fact]
    public async Task A_database_of_a_newer_version_is_named()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using (var db = database.OpenContext())
            await Microsoft.EntityFrameworkCore.RelationalDatabaseFacadeExtensions.ExecuteSqlRawAsync(
                db.Database,
                "INSERT INTO \"__EFMigrationsHistory\" VALUES ('29990101000000_Future', '99.0.0')"
            );

        var (exitCode, lines) = await LookAsync(database.DataDirectory, NoServer);

        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "migrations" && line.Condition == "failed" && line.Text.Contains("newer version"));
    }

    [Theory]
    [InlineData("Sqlite")]
    [InlineData("PostgreSql")]
    public async Task A_clock_that_was_set_back_is_noticed(string database)
    {
        var store = Enum.Parse<DatabaseProvider>(database);
        var ahead = new ManualTimeProvider();
        ahead.SetForward(DateTimeOffset.UtcNow.AddHours(3) - ahead.GetUtcNow());
        await using var server = await TestServer.StartAsync(store, ahead);
        server.ExpectedLog.Add("set back");
        await server.WorkerAsync("core:text2text");
        await (await server.UserAsync("alice")).ScheduleAsync();
        var options = server.Get<Microsoft.Extensions.Options.IOptions<StoreOptions>>().Value;

        var (_, lines) = await LookAsync(
            server.DataDirectory,
            NoServer,
            $"--Store:Provider={store}",
            $"--Store:ConnectionString={options.ConnectionString}"
        );

        lines.Should().Contain(line => line.Check == "clock" && line.Condition == "warning" && line.Text.Contains("was set back"));
    }

    [Fact]
    public async Task An_endpoint_that_refuses_the_key_is_told_from_one_that_is_away()
    {
        await using var refusing = await LoopbackWeb.StartAsync(context =>
        {
            context.Response.StatusCode = 401;
            return context.Response.WriteAsJsonAsync(new { error = new { message = "Incorrect API key provided: sk-geheim" } });
        });

        var (exitCode, lines) = await LookAsync(
            Data,
            NoServer,
            $"--Providers:OpenAI:one:BaseAddress={refusing.Url}/v1",
            "--Providers:OpenAI:one:Key=sk-geheim",
            "--Providers:OpenAI:two:BaseAddress=http://127.0.0.1:1/v1"
        );

        exitCode.Should().Be(1);
        var texts = lines.Where(line => line.Check == "endpoints" && line.Condition == "failed").ToList();
        texts.Should().HaveCount(2);
        texts[0].Text.Should().StartWith("one refuses the key").And.NotContain("geheim");
        texts[0].Advice.Should().Contain("Providers:OpenAI:one:Key");
        texts[1].Text.Should().StartWith("two: The endpoint cannot be reached");
    }

    [Fact]
    public async Task A_model_that_an_endpoint_does_not_have_is_named()
    {
        await using var endpoint = await ModelEndpoint.StartAsync();

        var (exitCode, lines) = await LookAsync(
            Data,
            NoServer,
            $"--Providers:OpenAI:one:BaseAddress={endpoint.Url}",
            "--Providers:OpenAI:one:Model=huge"
        );

        exitCode.Should().Be(0);
        lines.Should().Contain(line => line.Check == "endpoints" && line.Condition == "warning" && line.Text.Contains("huge"));
    }

    [Fact]
    public async Task Missing_programs_and_lost_files_and_silent_apps_are_named()
    {
        await using var server = await TestServer.StartAsync();
        await (await server.UserAsync("alice")).PutFileAsync("first.txt", [1]);
        File.Delete(Directory.GetFiles(Path.Combine(server.DataDirectory, "files"), "*", SearchOption.AllDirectories)[0]);
        await server.AddExAppAsync("poller", enabled: false);
        await server.AddExAppAsync("silent", url: "http://127.0.0.1:1");

        var (exitCode, lines) = await LookAsync(
            server.DataDirectory,
            $"--Urls={server.Address}",
            "--Providers:Commands:shout:Program=/nowhere/shout",
            "--Providers:Commands:shout:TaskType=core:text2text"
        );

        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "blobs" && line.Condition == "failed" && line.Text.StartsWith("1 of 1 contents"));
        lines.Should().Contain(line => line.Check == "apps" && line.Condition == "warning" && line.Text == "poller is disabled");
        lines
            .Should()
            .Contain(line => line.Check == "apps" && line.Condition == "failed" && line.Text.StartsWith("silent cannot be reached"));
        lines.Should().Contain(line => line.Check == "programs" && line.Condition == "failed" && line.Text.Contains("/nowhere/shout"));
    }

    [Fact]
    public async Task A_port_of_another_program_and_a_certificate_of_yesterday_are_named()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        TestCertificate.Write(_directory.File("old.pfx"), "geheim", DateTimeOffset.UtcNow.AddDays(-1));
        TestCertificate.Write(_directory.File("soon.pfx"), "geheim", DateTimeOffset.UtcNow.AddDays(10));

        var (exitCode, lines) = await LookAsync(
            Data,
            $"--Urls=https://127.0.0.1:{((IPEndPoint)other.LocalEndpoint).Port}",
            $"--Kestrel:Certificates:Default:Path={_directory.File("old.pfx")}",
            "--Kestrel:Certificates:Default:Password=geheim",
            $"--Kestrel:Endpoints:More:Certificate:Path={_directory.File("soon.pfx")}",
            "--Kestrel:Endpoints:More:Certificate:Password=falsch"
        );

        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "ports" && line.Condition == "failed" && line.Text.Contains("another program"));
        lines.Should().Contain(line => line.Check == "certificates" && line.Condition == "failed" && line.Text.Contains("not valid now"));
        lines.Should().Contain(line => line.Check == "certificates" && line.Condition == "failed" && line.Text.Contains("Endpoints:More"));

        var (_, later) = await LookAsync(
            Data,
            NoServer,
            $"--Kestrel:Certificates:Default:Path={_directory.File("soon.pfx")}",
            "--Kestrel:Certificates:Default:Password=geheim"
        );
        later.Should().Contain(line => line.Check == "certificates" && line.Condition == "warning");
    }

    [Fact]
    public async Task A_data_directory_that_cannot_be_one_and_an_open_door_are_named()
    {
        await File.WriteAllTextAsync(_directory.File("file"), "");

        var (exitCode, lines) = await LookAsync(_directory.File("file/data"), "--Urls=http://0.0.0.0:0", "--Proxies:Trusted:0=0.0.0.0/0");

        exitCode.Should().Be(1);
        lines.Should().Contain(line => line.Check == "disk" && line.Condition == "failed" && line.Text.Contains("cannot be written"));
        lines.Should().Contain(line => line.Check == "proxies" && line.Condition == "warning" && line.Text.Contains("0.0.0.0/0"));
        (await LookAsync(Data, "--Urls=http://0.0.0.0:0"))
            .Lines.Should()
            .Contain(line => line.Check == "proxies" && line.Condition == "warning" && line.Text.Contains("no proxy is believed"));
    }

    [Fact]
    public async Task Nextclouds_that_work_are_told_from_those_that_are_away_refuse_the_secret_or_are_disabled()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync("32.0.1");
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await server.ReachesAsync("home", one => one.OfferedAt is not null, "registered");
        await server.ConnectAsync("away", new Uri($"http://127.0.0.1:{Loopback.FreePort()}"));
        await server.ConnectAsync("wrong", nextcloud.Address);
        await server.ConnectAsync("off", nextcloud.Address);
        await server.Get<INextcloudStore>().SetEnabledAsync("off", enabled: false, TestContext.Current.CancellationToken);

        var (exitCode, lines) = await LookAsync(server.DataDirectory, $"--Urls={server.Address}");

        exitCode.Should().Be(1);
        lines
            .Where(line => line.Check == "nextclouds" && line.Condition != "ok")
            .Select(line => $"{line.Condition} {line.Text}")
            .Should()
            .SatisfyRespectively(
                line => line.Should().StartWith("failed away: It cannot be reached"),
                line => line.Should().Be("warning off is disabled here"),
                line => line.Should().StartWith("failed wrong: It knows no app \"taskprocessing\" with this secret")
            );
        Text(lines, "nextclouds").Should().Contain("home: 1 task type(s) are offered: core:text2text");
        lines.First(line => line.Text.StartsWith("away:")).Advice.Should().Contain("taskprocessing nextcloud check away");
    }

    private static async Task<(int ExitCode, IReadOnlyList<Line> Lines)> LookAsync(string dataDirectory, params string[] settings)
    {
        var result = await new CommandLineDriver(dataDirectory).RunAsync(["doctor", "--json", NoPrograms, .. settings]);
        (result.Out + result.Error).Should().NotContain("geheim");
        return (result.ExitCode, Read(result));
    }

    private static List<Line> Read(CommandResult result)
    {
        result.Error.Should().BeEmpty();
        return JsonSerializer.Deserialize<List<Line>>(result.Out, JsonSerializerOptions.Web)!;
    }

    private static string Text(IReadOnlyList<Line> lines, string check) =>
        string.Join('\n', lines.Where(line => line.Check == check).Select(line => line.Text));

    private sealed record Line(string Check, string Condition, string Text, string? Advice);
}

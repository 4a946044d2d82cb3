using System.Text.Json;
using TaskProcessing.Server.Nextclouds;
using TaskProcessing.Server.Nextclouds.Connecting;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Nextclouds;

public sealed class NextcloudCommandTests
{
    private const string Add = "nextcloud add home --url https://cloud.example.org --own-url http://ai.example.org:8080";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_new_connection_prints_what_the_administrator_there_types()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);

        var added = await driver.RunWithInputAsync(
            "it's-a-\"long\"-secret\n",
            [.. Add.Split(' '), "--secret-stdin", "--types", "core:text2text"]
        );

        var version = AddNextcloud.AppVersion;
        var info =
            $$"""{"id":"taskprocessing","name":"TaskProcessing","version":"{{version}}","secret":"it's-a-\"long\"-secret","port":8080}""";
        added.Error.Should().BeEmpty();
        added
            .Out.Split('\n')
            .Should()
            .Contain(
                "  occ app_api:daemon:register taskprocessing TaskProcessing manual-install http ai.example.org https://cloud.example.org"
            )
            .And.Contain(
                $"  occ app_api:app:register taskprocessing taskprocessing --wait-finish --json-info '{info.Replace("'", "'\\''")}'"
            );
    }

    [Fact]
    public async Task JSON_has_a_random_secret_of_its_own_and_no_list_shows_one()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);

        var first = JsonElement.Parse(await driver.SucceedAsync([.. Add.Split(' '), "--json"]));
        var second = JsonElement.Parse(
            await driver.SucceedAsync("nextcloud", "add", "other", "--url", "https://other.example.org/index.php/", "--json")
        );

        var secret = first.GetProperty("secret").GetString()!;
        secret.Length.Should().BeGreaterThan(40);
        second.GetProperty("secret").GetString().Should().NotBe(secret);
        second.GetProperty("url").GetString().Should().Be("https://other.example.org");
        first.GetProperty("commands")[1].GetString().Should().Contain(secret);
        var list = await driver.SucceedAsync("nextcloud", "list");
        list.Should()
            .MatchRegex(@"home +https://cloud\.example\.org +- +yes +0 +0 +0 +0 +- +not registered there yet")
            .And.NotContain(secret);
        var json = await driver.SucceedAsync("nextcloud", "list", "--json");
        JsonElement.Parse(json)[0].GetProperty("state").GetString().Should().Be("not registered there yet");
        json.Should().NotContain(secret);
    }

    [Fact]
    public async Task A_check_can_be_read_by_programs()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("nextcloud", "add", "home", "--url", $"http://127.0.0.1:{Loopback.FreePort()}");

        var check = await driver.RunAsync("nextcloud", "check", "home", "--json");

        check.ExitCode.Should().Be(1);
        var finding = JsonElement.Parse(check.Out).EnumerateArray().Should().ContainSingle().Subject;
        finding.GetProperty("isGood").GetBoolean().Should().BeFalse();
        finding.GetProperty("text").GetString().Should().StartWith("It cannot be reached");
    }

    [Fact]
    public async Task A_running_server_follows_every_command()
    {
        await using var server = await TestServer.StartAsync();
        var driver = new CommandLineDriver(server.DataDirectory);
        using var client = server.Guest();

        await driver.SucceedAsync(Add.Split(' '));
        (await KnownAsync(server))!.Connection.Enabled.Should().BeTrue();
        (await client.GetStringAsync("/heartbeat", Token)).Should().Contain("ok");
        var secret = (await KnownAsync(server))!.Secret;

        await driver.SucceedAsync("nextcloud", "disable", "home");
        (await KnownAsync(server))!.Connection.Enabled.Should().BeFalse();
        await driver.SucceedAsync("nextcloud", "enable", "home");
        (await KnownAsync(server))!.Connection.Enabled.Should().BeTrue();

        (await driver.SucceedAsync("nextcloud", "rotate", "home"))
            .Should()
            .Contain("occ app_api:app:unregister taskprocessing --force")
            .And.NotContain(secret);
        (await KnownAsync(server))!.Secret.Should().NotBe(secret);

        (await driver.SucceedAsync("nextcloud", "remove", "home")).Should().Contain("occ app_api:app:unregister taskprocessing");
        (await KnownAsync(server)).Should().BeNull();
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_running_server_notices_by_itself(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        var directory = server.Get<NextcloudDirectory>();
        var added = await server
            .Get<AddNextcloud>()
            .RunAsync(new NewNextcloud("home", "https://cloud.example.org", "a-secret-of-sixteen"), Token);

        added.Should().BeOfType<AddNextcloudOutcome.Added>();
        await Eventually.BecomesTrue(() => directory.Find("home")?.Secret == "a-secret-of-sixteen", "the notice of a new connection");

        await server.Get<ChangeNextcloud>().RemoveAsync("home", force: false, Token);
        await Eventually.BecomesTrue(() => directory.Find("home") is null, "the notice of a removed connection");
    }

    [Fact]
    public async Task Removing_a_connection_takes_back_what_is_offered()
    {
        await using var nextcloud = await NextcloudDriver.StartNextcloudAsync();
        await using var server = await TestServer.StartAsync();
        using var worker = await server.WorkerAsync("core:text2text");
        await server.ConnectAsync("home", nextcloud.Address);
        await nextcloud.RegisterAppAsync(server, NextcloudDriver.SecretOf("home"));
        await server.ReachesAsync("home", one => one.OfferedAt is not null, "registered");
        nextcloud.TypesOffered().Should().Equal("core:text2text");

        await new CommandLineDriver(server.DataDirectory).SucceedAsync("nextcloud", "remove", "home");

        nextcloud.TypesOffered().Should().BeEmpty();
    }

    [Theory]
    [InlineData(Add, "There is a connection \"home\" already")]
    [InlineData("nextcloud add Home --url https://cloud.example.org", "no id of a connection")]
    [InlineData("nextcloud add a/b --url https://cloud.example.org", "no id of a connection")]
    [InlineData("nextcloud add b --url cloud.example.org", "is no address")]
    [InlineData("nextcloud add b --url https://user:pw@cloud.example.org", "is no address")]
    [InlineData("nextcloud add b --url https://cloud.example.org --app-id a-b", "is no app id")]
    [InlineData("nextcloud add b --url https://cloud.example.org --secret-stdin", "16 to 256 printable characters")]
    [InlineData("nextcloud add b --url https://cloud.example.org --types core:text2text,,x", "is no id of a task type")]
    [InlineData("nextcloud add b --url https://cloud.example.org --own-url ai:8080", "is no address")]
    [InlineData("nextcloud check b", "There is no connection \"b\"")]
    [InlineData("nextcloud enable b", "There is no connection \"b\"")]
    [InlineData("nextcloud disable b", "There is no connection \"b\"")]
    [InlineData("nextcloud rotate b", "There is no connection \"b\"")]
    [InlineData("nextcloud remove b", "There is no connection \"b\"")]
    public async Task A_command_that_cannot_be_done_fails_with_the_reason(string line, string why)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync(Add.Split(' '));

        var result = await driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain(why);
        (await driver.SucceedAsync("nextcloud", "list")).Should().NotContain("\nb ");
    }

    [Fact]
    public async Task A_mistyped_task_type_is_pointed_out()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

        var added = await new CommandLineDriver(database.DataDirectory).RunAsync([.. Add.Split(' '), "--types", "core:text2text:sumary"]);

        added.ExitCode.Should().Be(0);
        added.Error.Should().Contain("no task type \"core:text2text:sumary\"").And.Contain("core:text2text:summary");
    }

    [Fact]
    public async Task Settings_connect_too_and_their_connections_are_theirs()
    {
        var secretFile = new TemporaryFolder();
        var path = Path.Combine(secretFile.Path, "secret");
        await File.WriteAllTextAsync(path, "a-secret-from-a-file\n", Token);
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Nextclouds:Connections:home:Url"] = "https://cloud.example.org/",
                ["Nextclouds:Connections:home:SecretFile"] = path,
                ["Nextclouds:Connections:home:Types:0"] = "core:text2text",
                ["Nextclouds:Connections:home:MaxRunning"] = "3",
            }
        );
        var driver = new CommandLineDriver(server.DataDirectory);

        var known = server.Get<NextcloudDirectory>().Find("home")!;
        known.Secret.Should().Be("a-secret-from-a-file");
        known
            .Connection.Should()
            .BeEquivalentTo(
                new
                {
                    Url = "https://cloud.example.org",
                    Types = "core:text2text",
                    MaxRunning = 3,
                    FromSettings = true,
                }
            );
        foreach (var command in (string[])["disable", "enable", "rotate", "remove"])
            (await driver.RunAsync("nextcloud", command, "home")).Error.Should().Contain("comes from the settings", command);
    }

    [Fact]
    public async Task What_settings_no_longer_name_is_disabled_and_can_be_removed()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Nextclouds:Connections:home:Url"] = "https://cloud.example.org",
                ["Nextclouds:Connections:home:Secret"] = "a-secret-of-sixteen",
            }
        );

        // A peer has settings of its own, without connections.
        await using (await server.StartPeerAsync())
            (await server.ConnectionAsync("home")).Enabled.Should().BeFalse();

        await new CommandLineDriver(server.DataDirectory).SucceedAsync("nextcloud", "remove", "home");
        (await KnownAsync(server)).Should().BeNull();
    }

    [Theory]
    [InlineData("Url", "cloud", "is no address")]
    [InlineData("Secret", "short", "16 to 256 printable characters")]
    [InlineData("SecretFile", "/no/such/file", "are both set")]
    [InlineData("MaxRunning", "0", "between 1 and 1000")]
    [InlineData("AppId", "No", "is no app id")]
    public async Task Wrong_settings_of_a_connection_are_named(string key, string value, string problem)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var settings = new Dictionary<string, string> { ["Url"] = "https://cloud.example.org", ["Secret"] = "a-secret-of-sixteen" };
        settings[key] = value;

        var result = await new CommandLineDriver(database.DataDirectory).RunAsync([
            "nextcloud",
            "list",
            .. settings.Select(setting => $"--Nextclouds:Connections:home:{setting.Key}={setting.Value}"),
        ]);

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain(problem).And.NotContain("a-secret-of-sixteen");
    }

    private static async Task<KnownNextcloud?> KnownAsync(TestServer server)
    {
        await server.Get<ChangeWatcher>().RunAsync(Token);
        return server.Get<NextcloudDirectory>().Find("home");
    }
}

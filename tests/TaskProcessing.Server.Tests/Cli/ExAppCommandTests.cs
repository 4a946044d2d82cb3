using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class ExAppCommandTests
{
    [Fact]
    public async Task A_running_server_knows_the_app_and_its_secret()
    {
        await using var server = await TestServer.StartAsync();
        var driver = new CommandLineDriver(server.Get<IOptions<DataDirectoryOptions>>().Value.DataDirectory);

        (
            await driver.RunWithInputAsync(
                "hush\n",
                "exapp",
                "add",
                "llm2",
                "--secret-stdin",
                "--app-version",
                "2.0.0",
                "--url",
                "http://127.0.0.1:9080",
                "--enabled"
            )
        )
            .ExitCode.Should()
            .Be(0);
        (await AppAsync(server))!.Secret.Should().Be("hush");
        (await AppAsync(server))!.App.Enabled.Should().BeTrue();

        await driver.SucceedAsync("exapp", "disable", "llm2");
        (await AppAsync(server))!.App.Enabled.Should().BeFalse();

        await driver.SucceedAsync("exapp", "enable", "llm2");
        (await AppAsync(server))!.App.Enabled.Should().BeTrue();

        await driver.SucceedAsync("exapp", "remove", "llm2");
        (await AppAsync(server)).Should().BeNull();
    }

    [Fact]
    public async Task The_list_never_shows_a_secret()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("exapp", "add", "llm2", "--secret", "hush", "--app-version", "2.0.0");

        (await driver.SucceedAsync("exapp", "list")).Should().MatchRegex(@"llm2 +2\.0\.0 +no +-").And.NotContain("hush");
        var app = JsonElement.Parse(await driver.SucceedAsync("exapp", "list", "--json"))[0];
        app.EnumerateObject()
            .Select(property => property.Name)
            .Should()
            .Equal("id", "version", "url", "enabled", "state", "seenAt", "createdAt");
    }

    [Theory]
    [InlineData("exapp add llm2 --secret s --app-version 1", "There is an app \"llm2\" already")]
    [InlineData("exapp add a/b --secret s --app-version 1", "no app id")]
    [InlineData("exapp add b --secret s --app-version \u00e9", "no version")]
    [InlineData("exapp add b --secret-stdin --app-version 1", "1 to 1024 characters")]
    [InlineData("exapp add b --secret s --app-version 1 --url ftp://b", "no address of an app")]
    [InlineData("exapp enable b", "There is no app \"b\"")]
    [InlineData("exapp disable b", "There is no app \"b\"")]
    [InlineData("exapp remove b", "There is no app \"b\"")]
    [InlineData("exapp rotate b --secret s", "There is no app \"b\"")]
    [InlineData("exapp rotate llm2 --secret-stdin", "1 to 1024 characters")]
    [InlineData("exapp revoke b", "There is no app \"b\"")]
    [InlineData("exapp revoke llm2", "has one secret alone")]
    public async Task A_command_that_cannot_be_done_fails_with_the_reason(string line, string why)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("exapp", "add", "llm2", "--secret", "s", "--app-version", "1");

        var result = await driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain(why);
    }

    private static async Task<KnownExApp?> AppAsync(TestServer server)
    {
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);
        return await server.Get<ExAppDirectory>().FindAsync("llm2", CancellationToken.None);
    }
}

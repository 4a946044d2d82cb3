using System.Net.Http.Headers;
using System.Text.Json;
using TaskProcessing.Server.Providers.Choosing;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.TaskTypes;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Providers.Choosing;

/// <summary>The command <c>provider</c> beside a server: its output, and the server's reaction.</summary>
public sealed class ProviderCommandTests
{
    private const string Type = "core:text2text:summary";

    private static readonly Dictionary<string, string> BuiltIn = new() { ["Providers:BuiltIn:Enabled"] = "true" };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_list_tells_of_apps_and_of_what_a_running_server_serves_itself()
    {
        await using var server = await TestServer.StartAsync(settings: BuiltIn);
        using var app = await server.ExAppAsync("llm2");
        await app.RegisterAsync("llm2:summary", Type);
        await app.RegisterAsync("llm2:image", "core:text2image");
        var driver = new CommandLineDriver(server.DataDirectory);
        await Recorded(server);

        (await StatesAsync(driver))
            .Should()
            .Contain(
                new Dictionary<string, string>
                {
                    ["llm2:summary"] = "serving",
                    ["builtin:summary"] = "standing by",
                    ["builtin:topics"] = "serving",
                    ["llm2:image"] = "serving",
                }
            );
        (await driver.SucceedAsync("provider", "list"))
            .Should()
            .MatchRegex(@"core:text2text:summary +llm2:summary +\S.* +llm2 +serving")
            .And.MatchRegex(
                @"core:text2text:summary +builtin:summary +Built-in summary \(key sentences\) +server \(builtin\) +standing by"
            );
    }

    [Fact]
    public async Task The_tasks_of_a_disabled_provider_go_to_the_next_and_tasktypes_shows_it()
    {
        await using var server = await TestServer.StartAsync(settings: BuiltIn);
        using var first = await server.ExAppAsync("first");
        using var second = await server.ExAppAsync("second");
        using var alice = await server.UserAsync("alice");
        await first.RegisterAsync("first:p", "core:text2text");
        await second.RegisterAsync("second:p", "core:text2text");
        await first.RegisterAsync("first:image", "core:text2image");
        var driver = new CommandLineDriver(server.DataDirectory);
        await alice.ScheduleAsync("core:text2text", new { input = "hello" });

        await driver.SucceedAsync("provider", "disable", "first:p");
        await driver.SucceedAsync("provider", "disable", "first:image");
        await server.Get<ChangeWatcher>().RunAsync(Token);

        (await first.NextAsync("first:p", "core:text2text")).Should().BeNull("it is disabled");
        (await second.NextAsync("second:p", "core:text2text")).Should().NotBeNull();
        (await alice.TaskTypesAsync()).TryGetProperty("core:text2image", out _).Should().BeFalse("nobody else serves it");
        (await StatesAsync(driver))["first:p"].Should().Be("disabled");

        await driver.SucceedAsync("provider", "enable", "first:image");
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await alice.TaskTypesAsync()).TryGetProperty("core:text2image", out _).Should().BeTrue();
    }

    [Fact]
    public async Task A_preference_goes_before_the_configured_order_until_it_is_cleared()
    {
        await using var server = await TestServer.StartAsync(
            settings: new Dictionary<string, string>
            {
                ["Providers:BuiltIn:Enabled"] = "true",
                ["Providers:Order:0:TaskType"] = Type,
                ["Providers:Order:0:Providers:0"] = "nobody",
                ["Providers:Order:0:Providers:1"] = "builtin:summary",
            }
        );
        using var app = await server.ExAppAsync("llm2");
        await app.RegisterAsync("llm2:summary", Type);
        var driver = new CommandLineDriver(server.DataDirectory);
        Serving(server).Should().Be("builtin:summary", "the configuration says so");

        await driver.SucceedAsync("provider", "prefer", Type, "llm2:summary");
        await server.Get<ChangeWatcher>().RunAsync(Token);
        Serving(server).Should().Be("llm2:summary");

        await driver.SucceedAsync("provider", "prefer", Type, "--clear");
        await server.Get<ChangeWatcher>().RunAsync(Token);
        Serving(server).Should().Be("builtin:summary");
    }

    [Fact]
    public async Task Within_the_server_a_decision_holds_when_the_call_returns()
    {
        await using var server = await TestServer.StartAsync(settings: BuiltIn);
        await Recorded(server);

        (await server.Get<EnableProvider>().RunAsync("builtin:summary", enabled: false, Token)).Should().BeTrue();
        Serving(server).Should().BeNull();
        (await server.Get<EnableProvider>().RunAsync("builtin:summary", enabled: true, Token)).Should().BeTrue();
        Serving(server).Should().Be("builtin:summary");
    }

    [Fact]
    public async Task A_server_that_was_killed_is_not_believed_to_run()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var killed = DateTimeOffset.UtcNow - (LocalProviderRecord.Interval * 4);
        await database
            .Get<IProviderChoiceStore>()
            .RecordLocalAsync(
                [
                    new LocalProviderRecord
                    {
                        ProviderId = "builtin:summary",
                        Name = "Summary",
                        TaskType = Type,
                        Position = 0,
                        SeenAt = killed,
                    },
                ],
                [],
                Token
            );

        (await StatesAsync(new CommandLineDriver(database.DataDirectory)))
            .Should()
            .Equal(new Dictionary<string, string> { ["builtin:summary"] = "not running" });
    }

    [Theory]
    [InlineData("provider prefer core:text2text none", 1, "There is no provider \"none\"")]
    [InlineData("provider prefer core:text2text builtin:summary", 1, "Provider \"builtin:summary\" serves core:text2text:summary")]
    [InlineData("provider disable none", 1, "There is no provider \"none\"")]
    [InlineData("provider enable none", 1, "There is no provider \"none\"")]
    [InlineData("provider prefer core:text2text", 2, "Name either a PROVIDER or --clear")]
    [InlineData("provider prefer core:text2text builtin:summary --clear", 2, "Name either a PROVIDER or --clear")]
    public async Task A_command_that_cannot_be_done_fails_with_the_reason(string line, int exitCode, string why)
    {
        await using var server = await TestServer.StartAsync(settings: BuiltIn);
        await Recorded(server);

        var result = await new CommandLineDriver(server.DataDirectory).RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(exitCode);
        result.Error.Should().Contain(why);
    }

    [Fact]
    public async Task The_program_beside_the_program_lists_disables_and_enables()
    {
        using var directory = new TemporaryDirectory();
        using var server = ProgramDriver.Start(
            directory.Path,
            "serve",
            "--urls",
            "http://127.0.0.1:0",
            "--DataDirectory",
            directory.File("data")
        );
        using var client = new HttpClient { BaseAddress = await server.ListenAsync() };
        var driver = new CommandLineDriver(directory.File("data"));
        await driver.SucceedAsync("user", "add", "alice", "--password", "wonderland");
        client.DefaultRequestHeaders.Add("OCS-APIRequest", "true");
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:wonderland"));
        await Eventually.BecomesTrue(
            () => StatesAsync(driver).Result.GetValueOrDefault("builtin:emoji") == "serving",
            "the record of what it serves"
        );

        (await ProgramDriver.RunAsync(directory.Path, "provider", "disable", "builtin:emoji", "--DataDirectory", directory.File("data")))
            .ExitCode.Should()
            .Be(0);
        await Eventually.BecomesTrue(() => !Shows(client), "the end of the type");
        await driver.SucceedAsync("provider", "enable", "builtin:emoji");
        await Eventually.BecomesTrue(() => Shows(client), "its return");

        server.Terminate();
        (await server.EndAsync()).ExitCode.Should().Be(0);
        (await StatesAsync(driver)).Should().BeEmpty("a server that ends takes its providers along");
    }

    private static bool Shows(HttpClient client) =>
        client
            .GetStringAsync("/ocs/v2.php/taskprocessing/tasktypes?format=json")
            .Result.Contains("core:generateemoji", StringComparison.Ordinal);

    private static async Task Recorded(TestServer server) =>
        await Eventually.BecomesTrue(
            () => server.Get<IProviderChoiceStore>().ListLocalAsync(Token).Result.Count > 0,
            "the record of what the server serves"
        );

    private static async Task<Dictionary<string, string>> StatesAsync(CommandLineDriver driver) =>
        JsonElement
            .Parse(await driver.SucceedAsync("provider", "list", "--json"))
            .EnumerateArray()
            .ToDictionary(provider => provider.GetProperty("id").GetString()!, provider => provider.GetProperty("state").GetString()!);

    private static string? Serving(TestServer server) => server.Get<CurrentTaskTypes>().Current.Find(Type)?.Provider.Id;
}

using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class UserCommandTests
{
    [Fact]
    public async Task A_new_users_first_command_makes_the_database()
    {
        using var directory = new TemporaryDirectory();
        var driver = new CommandLineDriver(directory.File("data"));

        await driver.SucceedAsync("user", "add", "root", "--password", "@secret123", "--admin", "--display-name", "The Boss");

        var users = JsonElement.Parse(await driver.SucceedAsync("user", "list", "--json"));
        users
            .EnumerateArray()
            .Single()
            .Should()
            .Match<JsonElement>(user =>
                user.GetProperty("id").GetString() == "root"
                && user.GetProperty("displayName").GetString() == "The Boss"
                && user.GetProperty("isAdmin").GetBoolean()
            );
    }

    [Fact]
    public async Task A_password_may_come_from_standard_input()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        (await driver.RunWithInputAsync("the first\nrest", "user", "add", "bob", "--password-stdin")).ExitCode.Should().Be(0);
        Passwords.Verify((await Bob(database))!.PasswordHash, "the first", out _).Should().BeTrue();

        (await driver.RunWithInputAsync("the second", "user", "password", "bob", "--password-stdin")).ExitCode.Should().Be(0);
        Passwords.Verify((await Bob(database))!.PasswordHash, "the second", out _).Should().BeTrue();

        (await driver.RunWithInputAsync("", "user", "password", "bob", "--password-stdin")).Error.Should().Contain("8 to 1024 characters");
    }

    [Fact]
    public async Task An_app_password_is_printed_alone()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("user", "add", "bob", "--password", "long enough");

        var token = await driver.SucceedAsync("user", "app-password", "bob", "--name", "laptop");

        token.Should().MatchRegex(@"^[A-Za-z0-9]{72}\n$");
        (await database.Get<IAccountStore>().FindByTokenHashAsync(Passwords.HashToken(token.Trim()), CancellationToken.None))!
            .Id.Should()
            .Be("bob");
    }

    [Fact]
    public async Task An_app_password_is_listed_by_its_name_and_revoked_by_it()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("user", "add", "bob", "--password", "long enough");
        var token = await driver.SucceedAsync("user", "app-password", "bob", "--name", "laptop");
        (await driver.SucceedAsync("user", "app-passwords", "bob")).Should().Contain("laptop");

        await driver.SucceedAsync("user", "revoke", "bob", "laptop");

        JsonElement.Parse(await driver.SucceedAsync("user", "app-passwords", "bob", "--json")).GetArrayLength().Should().Be(0);
        (await database.Get<IAccountStore>().FindByTokenHashAsync(Passwords.HashToken(token.Trim()), CancellationToken.None))
            .Should()
            .BeNull();
    }

    [Theory]
    [InlineData("user add bob --password wonderland", "There is a user \"bob\" already")]
    [InlineData("user add bo:b --password wonderland", "no login name")]
    [InlineData("user add BOB --password wonderland", "There is a user \"bob\" already")]
    [InlineData("user add .. --password wonderland", "it needs a letter or a digit")]
    [InlineData("user add . --password wonderland", "it needs a letter or a digit")]
    [InlineData("user add eve --password x", "8 to 1024 characters")]
    [InlineData("user add eve --password 1234567", "8 to 1024 characters")]
    [InlineData("user password bob --password x", "8 to 1024 characters")]
    [InlineData("user remove eve", "There is no user \"eve\"")]
    [InlineData("user password eve --password wonderland", "There is no user \"eve\"")]
    [InlineData("user app-password eve", "There is no user \"eve\"")]
    [InlineData("user app-passwords eve", "There is no user \"eve\"")]
    [InlineData("user revoke bob laptop", "There is no app password \"laptop\"")]
    public async Task A_command_that_cannot_be_done_fails_with_the_reason(string line, string why)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("user", "add", "bob", "--password", "long enough");

        var result = await driver.RunAsync(line.Split(' '));

        result.ExitCode.Should().Be(1);
        result.Out.Should().BeEmpty();
        result.Error.Should().Contain(why);
    }

    [Theory]
    [InlineData(" ")]
    [InlineData("   ")]
    [InlineData(" eve")]
    [InlineData("eve ")]
    [InlineData("_.'@-")]
    [InlineData("e\0ve")]
    [InlineData("evé")]
    [InlineData("")]
    public async Task A_name_that_cannot_be_typed_or_seen_is_refused(string name)
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);

        var result = await new CommandLineDriver(database.DataDirectory).RunAsync("user", "add", name, "--password", "wonderland");

        result.ExitCode.Should().Be(1);
        result.Error.Should().Contain("is no login name: ");
        (await database.Get<IAccountStore>().AnyAsync(CancellationToken.None)).Should().BeFalse();
    }

    [Fact]
    public async Task Commands_find_a_user_in_any_case()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("user", "add", "Bob", "--password", "wonderland");

        await driver.SucceedAsync("user", "password", "bob", "--password", "the second");
        await driver.SucceedAsync("user", "app-password", "BOB", "--name", "laptop");
        (await driver.SucceedAsync("user", "app-passwords", "bOB")).Should().Contain("laptop");
        await driver.SucceedAsync("user", "revoke", "bob", "laptop");
        await driver.SucceedAsync("task", "list", "--user", "bob");
        await driver.SucceedAsync("user", "remove", "bob");

        (await database.Get<IAccountStore>().AnyAsync(CancellationToken.None)).Should().BeFalse();
    }

    [Fact]
    public async Task Names_cannot_break_the_table_or_steer_the_terminal()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);
        await driver.SucceedAsync("user", "add", "bob", "--password", "long enough", "--display-name", "Bob\e[2J\nroot  root  yes");

        var table = await driver.SucceedAsync("user", "list");

        table.TrimEnd().Split('\n').Should().HaveCount(2);
        table.Should().NotContain("\e");
    }

    [Fact]
    public async Task A_running_server_turns_a_removed_user_away()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        (await alice.GetAsync("/ocs/v2.php/cloud/user")).StatusCode.Should().Be(HttpStatusCode.OK);

        var driver = new CommandLineDriver(server.Get<IOptions<DataDirectoryOptions>>().Value.DataDirectory);
        await driver.SucceedAsync("user", "remove", "alice");
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        (await alice.GetAsync("/ocs/v2.php/cloud/user")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    private static Task<Account?> Bob(TestDatabase database) => database.Get<IAccountStore>().FindAsync("bob", CancellationToken.None);
}

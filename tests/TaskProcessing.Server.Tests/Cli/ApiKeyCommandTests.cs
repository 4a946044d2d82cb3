using System.Text.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Cli;

public sealed class ApiKeyCommandTests
{
    [Fact]
    public async Task A_key_is_printed_alone_kept_as_a_hash_and_revoked()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var driver = new CommandLineDriver(database.DataDirectory);

        var key = await driver.SucceedAsync("apikey", "add", "dashboard", "--project", "7");
        key.Should().MatchRegex(@"^[A-Za-z0-9]{72}\n$");
        (await database.Get<IApiKeyStore>().FindByHashAsync(Passwords.HashToken(key.Trim()), CancellationToken.None))!
            .ProjectId.Should()
            .Be(7);
        (await driver.RunAsync("apikey", "add", "dashboard")).Error.Should().Contain("There is a key \"dashboard\" already");

        var listed = await driver.SucceedAsync("apikey", "list", "--json");
        JsonElement.Parse(listed).EnumerateArray().Single().GetProperty("projectId").GetInt32().Should().Be(7);
        listed.Should().NotContain(Passwords.HashToken(key.Trim()));

        await driver.SucceedAsync("apikey", "remove", "dashboard");
        (await database.Get<IApiKeyStore>().ListAsync(CancellationToken.None)).Should().BeEmpty();
        (await driver.RunAsync("apikey", "remove", "dashboard")).Error.Should().Contain("There is no key");
    }
}

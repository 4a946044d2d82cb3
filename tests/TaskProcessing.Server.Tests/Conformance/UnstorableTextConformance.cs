using System.Net.Http.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks.Reading;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>
/// Texts that PostgreSQL cannot take are refused by every store, and on every way into the server with a 400 that says so.
/// </summary>
public abstract class UnstorableTextConformance : StoreConformance
{
    private const string Type = "core:text2text";

    [Theory]
    [InlineData("a", '\0', "b")]
    [InlineData("", '\0', "")]
    [InlineData("a", '\ud800', "")]
    [InlineData("a", '\udc00', "b")]
    [InlineData("\ud83d\ude00", '\ud800', "\ud83d\ude00")]
    public async Task No_statement_takes_them_and_none_beside_it_is_harmed(string before, char character, string after)
    {
        var text = before + character + after;
        var accounts = Database.Get<IAccountStore>();
        var tasks = Database.Get<Tasks.ITaskStore>();

        var read = accounts.FindByTokenHashAsync(text, Token);
        var save = accounts.AddAppPasswordAsync(
            new AppPassword
            {
                AccountId = text,
                Name = "",
                TokenHash = "",
                CreatedAt = Now,
            },
            Token
        );
        var write = accounts.TryAddAsync(
            new Account
            {
                Id = text,
                PasswordHash = "",
                CreatedAt = Now,
            },
            Token
        );
        var list = accounts.ListValidAsync([new Credential { AccountId = text }], Token);
        var add = tasks.AddAsync(NewTask(customId: text), Token);
        var right = tasks.AddAsync(NewTask(customId: "\ud83d\ude00"), Token);

        foreach (var refused in new[] { read, save, write, list, add })
            await refused.Awaiting(it => it).Should().ThrowAsync<UnstorableTextException>();
        await right;
        (await tasks.ListAsync(new TaskQuery(), Token)).Should().ContainSingle().Which.CustomId.Should().Be("\ud83d\ude00");
    }

    [Fact]
    public async Task Wherever_one_comes_in_the_answer_is_400_and_the_server_serves_on()
    {
        await using var server = await TestServer.StartAsync(
            Provider,
            settings: new Dictionary<string, string> { ["RateLimits:Enabled"] = "false" }
        );
        using var alice = await server.UserAsync("alice");
        using var worker = await server.WorkerAsync(Type);
        using var app = await server.ExAppAsync("settings", "alice");
        const string settings = "/ocs/v1.php/apps/app_api/api/v1/ex-app";
        Func<Task<HttpResponseMessage>>[] calls =
        [
            () => alice.GetAsync($"{OcsDriver.Root}/tasks?customId=a%00b", Token),
            () => alice.GetAsync($"{OcsDriver.Root}/tasks/app/notes?customId=%00", Token),
            () =>
                alice.PostAsJsonAsync(
                    $"{OcsDriver.Root}/schedule",
                    new
                    {
                        type = Type,
                        appId = "notes",
                        customId = "a\0b",
                        input = new { input = "x" },
                    },
                    Token
                ),
            () =>
                alice.PostAsJsonAsync(
                    $"{OcsDriver.Root}/schedule",
                    new
                    {
                        type = Type,
                        appId = "a\0b",
                        input = new { input = "x" },
                    },
                    Token
                ),
            () =>
                alice.PostAsJsonAsync(
                    $"{OcsDriver.Root}/schedule",
                    new
                    {
                        type = Type,
                        appId = "notes",
                        webhookUri = "https://h.example/\0",
                        webhookMethod = "HTTP:POST",
                        input = new { input = "x" },
                    },
                    Token
                ),
            () => app.PostAsJsonAsync($"{settings}/config", new { configKey = "a\0b", configValue = "x" }, Token),
            () => app.PostAsJsonAsync($"{settings}/config", new { configKey = "key", configValue = "\0" }, Token),
            () => app.PostAsJsonAsync($"{settings}/config/get-values", new { configKeys = new[] { "key", "a\0b" } }, Token),
            () => app.PostAsJsonAsync($"{settings}/preference/get-values", new { configKeys = new[] { "\0" } }, Token),
        ];

        foreach (var call in Enumerable.Repeat(calls, 6).SelectMany(all => all))
        {
            var answer = await call();
            var text = await answer.Content.ReadAsStringAsync(Token);
            ((int)answer.StatusCode).Should().BeInRange(200, 499, text);
            text.Should().Contain("400", answer.RequestMessage!.RequestUri!.ToString());
            await alice.ScheduleAsync();
        }
    }
}

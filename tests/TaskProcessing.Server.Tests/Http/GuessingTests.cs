using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Guessing;
using TaskProcessing.Server.Http.Auth;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Watching;
using CredentialCache = TaskProcessing.Server.Accounts.CredentialCache;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>Guesses are blocked; working clients are not.</summary>
public sealed class GuessingTests
{
    private const string Tasks = "/ocs/v2.php/taskprocessing/tasks";
    private const string State = "/ocs/v2.php/apps/app_api/ex-app/state";
    private const string Password = "alice's password";

    private static readonly Dictionary<string, string> Settings = new()
    {
        ["BruteForce:Enabled"] = "true",
        ["BruteForce:MaxAttempts"] = "3",
        ["BruteForce:MaxNames"] = "5",
    };

    [Fact]
    public async Task Guesses_at_one_name_block_neither_other_names_nor_logins_that_were_right_before()
    {
        await using var server = await StartAsync();
        await server.AddUserAsync("bob", password: "bob's password");
        await server.AddExAppAsync("worker");
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);

        await GuessAsync(server, 3);

        (await GetAsync(server, Tasks, Basic("alice", "guess"))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await GetAsync(server, Tasks, Basic("ALICE", "guess"))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        // Dropping the cache of verified credentials makes no difference either.
        server.Get<CredentialCache>().Clear();
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, Basic("Alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, Basic("bob", "bob's password"))).StatusCode.Should().Be(HttpStatusCode.OK, "it is his first login");
        (await AppAsync(server, "worker", "alice:secret", State)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_right_password_is_refused_where_it_was_never_right_before_and_is_not_told_apart()
    {
        await using var server = await StartAsync();
        await GuessAsync(server, 3);

        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task A_password_that_was_changed_is_a_guess_like_any_other()
    {
        await using var server = await StartAsync();
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);
        await server.Get<IAccountStore>().SetPasswordHashAsync("alice", Passwords.Hash("another password"), CancellationToken.None);
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        await GuessAsync(server, 2);
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
    }

    [Fact]
    public async Task Many_guesses_at_once_are_no_more_than_as_many_one_by_one()
    {
        await using var server = await StartAsync();

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(guess => GetAsync(server, Tasks, Basic("alice", $"guess {guess}")))
        );

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized).Should().Be(3);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(21);
    }

    [Fact]
    public async Task Guesses_at_many_names_at_once_are_no_more_than_as_many_one_by_one()
    {
        await using var server = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 24).Select(guess => GetAsync(server, Tasks, Basic($"user{guess}", "guess"))));

        answers.Count(answer => answer.StatusCode == HttpStatusCode.Unauthorized).Should().Be(5);
        answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests).Should().Be(19);
    }

    [Fact]
    public async Task Many_right_logins_at_once_succeed()
    {
        await using var server = await StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => GetAsync(server, Tasks, Basic("alice", Password))));

        answers.Should().OnlyContain(answer => answer.StatusCode == HttpStatusCode.OK);
    }

    [Fact]
    public async Task An_address_that_guesses_at_many_names_is_refused_but_for_tokens_apps_and_guests()
    {
        await using var server = await StartAsync();
        var token = await server.Get<CreateAppPassword>().RunAsync("alice", "phone", CancellationToken.None);
        await server.AddExAppAsync("worker");
        var key = Passwords.NewToken();
        await server
            .Get<IApiKeyStore>()
            .TryAddAsync(
                new ApiKey
                {
                    Name = "dashboard",
                    KeyHash = Passwords.HashToken(key),
                    CreatedAt = default,
                },
                CancellationToken.None
            );
        for (var name = 0; name < 5; name++)
            (await GetAsync(server, Tasks, Basic($"name{name}", "guess"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await GetAsync(server, Tasks, Basic("another", "guess"))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await GetAsync(server, Tasks, Basic("alice", token!))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, new AuthenticationHeaderValue("Bearer", token))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, "/api/v1/tasks", null, ("X-API-Key", key))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await AppAsync(server, "worker", ":secret", State)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, "/ocs/v2.php/taskprocessing/tasktypes", null)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Guesses_at_an_apps_secret_do_not_stop_the_app()
    {
        await using var server = await StartAsync();
        await server.AddExAppAsync("worker");
        (await AppAsync(server, "worker", ":secret", State)).StatusCode.Should().Be(HttpStatusCode.OK);
        for (var guess = 0; guess < 3; guess++)
            (await AppAsync(server, "worker", $":guess {guess}", State)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        var refused = await AppAsync(server, "worker", ":guess", State);
        refused.StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        refused.Headers.RetryAfter!.Delta.Should().BePositive();
        (await AppAsync(server, "worker", ":secret", State)).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("/ocs/v2.php/taskprocessing/tasks", HttpStatusCode.TooManyRequests, "Reached maximum delay")]
    [InlineData("/ocs/v1.php/taskprocessing/tasks", HttpStatusCode.OK, "\"statuscode\":429")]
    [InlineData("/ocs/v2.php/cloud/capabilities", HttpStatusCode.TooManyRequests, "Reached maximum delay")]
    [InlineData("/ocs/v2.php/apps/app_api/ex-app/state", HttpStatusCode.TooManyRequests, "Reached maximum delay")]
    [InlineData("/api/v1/tasks", HttpStatusCode.TooManyRequests, "Too many failed logins")]
    [InlineData("/remote.php/dav/files/alice/", HttpStatusCode.TooManyRequests, "Too many failed logins")]
    [InlineData("/status.php", HttpStatusCode.TooManyRequests, "Reached maximum delay")]
    public async Task Every_API_answers_429_with_Retry_After(string path, HttpStatusCode status, string text)
    {
        await using var server = await StartAsync(time: new ManualTimeProvider());
        await GuessAsync(server, 3);

        var refused = await GetAsync(server, path, Basic("alice", "guess"));

        refused.StatusCode.Should().Be(status);
        refused.Headers.RetryAfter!.Delta.Should().Be(TimeSpan.FromMinutes(30));
        (await refused.Content.ReadAsStringAsync()).Should().Contain(text);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task A_name_that_cannot_exist_is_a_guess_and_no_question_to_the_database(DatabaseProvider store)
    {
        await using var server = await StartAsync(store, new Dictionary<string, string> { ["BruteForce:MaxAttempts"] = "100" });
        await server.AddExAppAsync("worker");
        foreach (
            var name in new[]
            {
                "a\0b",
                "\0",
                "\u0001",
                "a\u007f",
                "a\u0085b",
                "\ufffd",
                "ä",
                "a/b",
                "a\nb",
                "",
                new string('a', 65),
                new string('a', 20_000),
                "ALİCE",
            }
        )
        {
            (await GetAsync(server, Tasks, Basic(name, "password"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized, name);
            (await GetAsync(server, "/api/v1/tasks", Basic(name, "password"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized, name);
            (await GetAsync(server, "/remote.php/dav/files/alice/", Basic(name, "password")))
                .StatusCode.Should()
                .Be(HttpStatusCode.Unauthorized, name);
            if (name.Length > 0)
                (await AppAsync(server, "worker", $"{name}:secret", State)).StatusCode.Should().Be(HttpStatusCode.Unauthorized, name);
        }

        foreach (var secret in new[] { "a\0b", "\0", new string('a', 2000) })
        {
            (await GetAsync(server, Tasks, Basic("alice", secret))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
            (await GetAsync(server, Tasks, new AuthenticationHeaderValue("Bearer", secret.Replace('\0', 'x'))))
                .StatusCode.Should()
                .Be(HttpStatusCode.Unauthorized);
            (await GetAsync(server, "/api/v1/tasks", null, ("X-API-Key", secret.Replace('\0', 'x'))))
                .StatusCode.Should()
                .Be(HttpStatusCode.Unauthorized);
        }

        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK, "nothing of it harmed others");
    }

    [Fact]
    public async Task Names_that_cannot_exist_are_counted_as_one()
    {
        await using var server = await StartAsync();
        foreach (var name in new[] { "a\0b", "ä", "a/b" })
            (await GetAsync(server, Tasks, Basic(name, "guess"))).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        (await GetAsync(server, Tasks, Basic("c\0", "guess"))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await GetAsync(server, Tasks, new AuthenticationHeaderValue("Basic", "no base64!")))
            .StatusCode.Should()
            .Be(HttpStatusCode.TooManyRequests);
        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    internal async Task A_command_beside_a_running_server_shows_blocks_and_lifts_them(DatabaseProvider store)
    {
        await using var server = await StartAsync(store);
        var options = server.Get<IOptions<StoreOptions>>().Value;
        string[] database = [$"--Store:Provider={options.Provider}", $"--Store:ConnectionString={options.ConnectionString}"];
        var driver = new CommandLineDriver(server.DataDirectory);
        await GuessAsync(server, 4);
        await GuessAsync(server, 3, "bob");
        await server.Get<BlockKeeper>().RunAsync(CancellationToken.None);

        var blocks = JsonElement.Parse(await driver.SucceedAsync(["block", "list", "--json", .. database]));
        blocks
            .EnumerateArray()
            .Select(block => $"{block.GetProperty("address")} {block.GetProperty("name")}")
            .Should()
            .Equal("127.0.0.1/32 alice", "127.0.0.1/32 bob");
        (await driver.RunAsync(["block", "lift", "192.0.2.1", .. database])).Error.Should().Contain("no such block");
        (await driver.SucceedAsync(["block", "lift", "127.0.0.1", "--name", "ALICE", .. database]))
            .Should()
            .Contain("for alice was lifted");
        await server.Get<ChangeWatcher>().RunAsync(CancellationToken.None);

        (await GetAsync(server, Tasks, Basic("alice", Password))).StatusCode.Should().Be(HttpStatusCode.OK);
        (await GetAsync(server, Tasks, Basic("bob", "guess"))).StatusCode.Should().Be(HttpStatusCode.TooManyRequests);
        (await driver.SucceedAsync(["block", "lift", "--all", .. database])).Should().Contain("for bob was lifted");
        (await driver.SucceedAsync(["block", "list", .. database])).Should().NotContain("127.0.0.1");
    }

    [Fact]
    public async Task The_list_forgets_blocks_that_have_ended()
    {
        var time = new ManualTimeProvider();
        await using var server = await StartAsync(time: time);
        await GuessAsync(server, 3);
        await server.Get<BlockKeeper>().RunAsync(CancellationToken.None);
        (await server.Get<ILoginBlockStore>().ListAsync(CancellationToken.None)).Should().ContainSingle();

        time.Advance(TimeSpan.FromMinutes(30));
        await server.Get<BlockKeeper>().RunAsync(CancellationToken.None);

        (await server.Get<ILoginBlockStore>().ListAsync(CancellationToken.None)).Should().BeEmpty();
    }

    private static async Task<TestServer> StartAsync(
        DatabaseProvider store = DatabaseProvider.Sqlite,
        Dictionary<string, string>? settings = null,
        TimeProvider? time = null
    )
    {
        var all = new Dictionary<string, string>(Settings);
        foreach (var (key, value) in settings ?? [])
            all[key] = value;

        var server = await TestServer.StartAsync(store, time, all);
        await server.AddUserAsync("alice", password: Password);
        return server;
    }

    private static async Task GuessAsync(TestServer server, int times, string name = "alice")
    {
        for (var guess = 0; guess < times; guess++)
            await GetAsync(server, Tasks, Basic(name, $"guess {guess}"));
    }

    private static async Task<HttpResponseMessage> GetAsync(
        TestServer server,
        string path,
        AuthenticationHeaderValue? authorization,
        params (string Name, string Value)[] headers
    )
    {
        using var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = authorization;
        foreach (var (name, value) in headers)
            client.DefaultRequestHeaders.TryAddWithoutValidation(name, value);
        return await client.GetAsync(path);
    }

    private static Task<HttpResponseMessage> AppAsync(TestServer server, string app, string credentials, string path) =>
        GetAsync(
            server,
            path,
            null,
            (Login.AppId, app),
            (Login.AppVersion, "1.0.0"),
            (Login.AppAuthorization, TestServer.Base64(credentials))
        );

    private static AuthenticationHeaderValue Basic(string user, string secret) => new("Basic", TestServer.Base64($"{user}:{secret}"));
}

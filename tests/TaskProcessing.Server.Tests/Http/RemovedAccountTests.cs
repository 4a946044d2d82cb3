using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Dav;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>
/// Another process removes an account, and this one has not noticed yet: the time of its looks stands still, and what it remembers of
/// the login is still there.
/// </summary>
public sealed class RemovedAccountTests
{
    private const string Lock =
        "<d:lockinfo xmlns:d=\"DAV:\"><d:lockscope><d:exclusive/></d:lockscope><d:locktype><d:write/></d:locktype></d:lockinfo>";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Signing_in_with_a_login_that_is_still_remembered_is_a_401(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), new ManualTimeProvider());
        using var alice = await server.SignedInAsync("alice");

        await server.Get<IAccountStore>().RemoveAsync("alice", Token);

        using var again = server.Guest();
        (await again.TrySignInAsync("alice", SessionDriver.Password)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
    }

    [Theory]
    [InlineData("file")]
    [InlineData("folder")]
    [InlineData("lock")]
    [InlineData("copy")]
    [InlineData("upload in parts")]
    public async Task A_write_with_a_login_that_is_still_remembered_is_a_401(string what)
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var alice = await server.UserAsync("alice");
        await alice.PutFileAsync("there.txt", "text"u8.ToArray());

        await server.Get<IAccountStore>().RemoveAsync("alice", Token);
        using var answer = what switch
        {
            "file" => await alice.DavAsync("PUT", "new.txt", "text"),
            "folder" => await alice.DavAsync("MKCOL", "new"),
            "lock" => await alice.DavAsync("LOCK", "new.txt", Lock),
            "copy" => await alice.DavAsync("COPY", "there.txt", null, ("Destination", "copy.txt")),
            _ => await alice.DavAsync("MKCOL", "/remote.php/dav/uploads/alice/1"),
        };

        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized, await answer.Content.ReadAsStringAsync(Token));
    }

    [Fact]
    public async Task Access_that_is_granted_with_a_session_that_is_still_remembered_is_a_401()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var alice = await server.SignedInAsync("alice");
        using var started = await server.Guest().PostAsync("/index.php/login/v2", null, Token);
        var flow = (await started.Content.ReadFromJsonAsync<FlowStart>(Token))!;

        await server.Get<IAccountStore>().RemoveAsync("alice", Token);

        using var answer = await alice.PostAsync($"{OcsDriver.Root}/login_flow/{flow.Login.Split('/')[^1]}", null, Token);
        answer.StatusCode.Should().Be(HttpStatusCode.Unauthorized, await answer.Content.ReadAsStringAsync(Token));
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task The_store_tells_an_owner_that_is_gone_from_other_failures(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        var addition = () =>
            server
                .Get<IAccountStore>()
                .AddAppPasswordAsync(
                    new AppPassword
                    {
                        AccountId = "nobody",
                        Name = "test",
                        TokenHash = "hash",
                        CreatedAt = DateTimeOffset.UnixEpoch,
                    },
                    Token
                );

        await addition.Should().ThrowAsync<MissingOwnerException>();
    }

    [Fact]
    public async Task An_app_that_acts_for_a_user_who_was_removed_is_refused()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        await server.AddUserAsync("alice");
        using var app = await server.ExAppAsync("notes", "alice");
        var preference = new { configKey = "colour", configValue = "green" };
        (await app.PostAsJsonAsync("/ocs/v1.php/apps/app_api/api/v1/ex-app/preference", preference, Token)).EnsureSuccessStatusCode();

        await server.Get<IAccountStore>().RemoveAsync("alice", Token);

        (await app.SendOcsAsync("POST", "/ocs/v2.php/apps/app_api/api/v1/ex-app/preference", JsonContent.Create(preference)))
            .HttpStatus.Should()
            .Be(401);
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task An_account_that_is_added_again_has_no_task_from_before(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store), new ManualTimeProvider());
        using var worker = await server.WorkerAsync("core:text2text");
        using var alice = await server.UserAsync("alice");
        await alice.ScheduleAsync();
        await server.Get<IAccountStore>().RemoveAsync("alice", Token);
        await alice.OcsAsync(
            "POST",
            "/schedule",
            new
            {
                type = "core:text2text",
                appId = "notes",
                input = new { input = "x" },
            }
        );

        await server.AddUserAsync("alice");

        using var again = server.Guest();
        again.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64("alice:token-of-alice"));
        (await again.OcsAsync("GET", "/tasks")).Data!["tasks"]!.AsArray().Should().BeEmpty();
    }

    private sealed record FlowStart(string Login);
}

using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Serilog.Core;
using TaskProcessing.Server.Http.RateLimiting;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>What the admin page gets and does: users, app passwords, blocked addresses, rate limits.</summary>
public sealed class AdminAccountTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task An_administrator_adds_users_and_app_passwords_and_takes_them_away(string store)
    {
        var audit = new AuditLog();
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            more: services => services.AddSingleton<ILogEventSink>(audit)
        );
        using var admin = await server.SignedInAsync("ada", isAdmin: true);

        (
            await admin.OcsAsync(
                "POST",
                "/admin/users",
                new
                {
                    id = "zoe",
                    password = "long enough",
                    displayName = "Zoé",
                }
            )
        ).HttpStatus.Should().Be(200);
        (await admin.OcsAsync("POST", "/admin/users", new { id = "ZOE", password = "long enough" })).HttpStatus.Should().Be(400);
        (await admin.OcsAsync("POST", "/admin/users", new { id = "yan", password = "short" })).HttpStatus.Should().Be(400);
        var found = (await admin.OcsAsync("GET", "/admin/users?search=zoé")).Data!;
        found["count"]!.GetValue<int>().Should().Be(1);
        found["users"]![0]!["id"]!.GetValue<string>().Should().Be("zoe");
        found["users"]![0]!["isAdmin"]!.GetValue<bool>().Should().BeFalse();

        var token = await NewAppPasswordAsync(admin, "zoe", "phone");
        using var phone = server.Guest();
        phone.DefaultRequestHeaders.Authorization = new("Bearer", token);
        (await phone.GetAsync($"{OcsDriver.Root}/tasks", Token)).StatusCode.Should().Be(HttpStatusCode.OK);
        var listed = (await admin.OcsAsync("GET", "/admin/users/zoe/app_passwords")).Data!["appPasswords"]!.AsArray();
        listed.Single()!["name"]!.GetValue<string>().Should().Be("phone");
        (await admin.OcsAsync("POST", "/admin/users/zoe/app_passwords/revoke", new { name = "phone" })).HttpStatus.Should().Be(200);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await phone.GetAsync($"{OcsDriver.Root}/tasks", Token)).StatusCode.Should().Be(HttpStatusCode.Unauthorized);

        (await admin.OcsAsync("POST", "/admin/users/zoe/password", new { password = "another one" })).HttpStatus.Should().Be(200);
        using var zoe = server.Guest();
        await zoe.SignInAsync("zoe", "another one");
        (await admin.OcsAsync("DELETE", "/admin/users/zoe")).HttpStatus.Should().Be(200);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await zoe.TrySignInAsync("zoe", "another one")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        audit
            .Lines.Select(line => line.Replace("user ada from 127.0.0.1/32: ", "", StringComparison.Ordinal))
            .Should()
            .Equal(
                "add user zoe",
                "make an app password for zoe: phone",
                "revoke the app password of zoe: phone",
                "set the password of zoe",
                "remove user zoe"
            );
        audit.Lines.Should().NotContain(line => line.Contains(token) || line.Contains("another one"));
    }

    [Fact]
    public async Task Administrators_cannot_remove_themselves_and_learn_what_does_not_exist()
    {
        await using var server = await TestServer.StartAsync();
        using var admin = await server.UserAsync("ada", isAdmin: true);

        (await admin.OcsAsync("DELETE", "/admin/users/ADA")).HttpStatus.Should().Be(409);
        (await admin.OcsAsync("DELETE", "/admin/users/none")).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("GET", "/admin/users/none/app_passwords")).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/users/none/app_passwords", new { name = "x" })).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/users/ada/app_passwords", new { name = "" })).HttpStatus.Should().Be(400);
        (await admin.OcsAsync("POST", "/admin/users/ada/app_passwords/revoke", new { name = "x" })).HttpStatus.Should().Be(404);
        (await admin.OcsAsync("POST", "/admin/blocks/lift", new { address = "192.0.2.1" })).HttpStatus.Should().Be(404);
    }

    [Fact]
    public async Task Others_may_do_none_of_it()
    {
        await using var server = await TestServer.StartAsync();
        using var alice = await server.UserAsync("alice");
        await server.AddUserAsync("ada", isAdmin: true);
        using var app = await server.ExAppAsync("app", userId: "ada");

        foreach (var client in new[] { alice, app })
        {
            (await client.OcsAsync("GET", "/admin/users")).HttpStatus.Should().Be(403);
            (await client.OcsAsync("POST", "/admin/users", new { id = "eve", password = "long enough" })).HttpStatus.Should().Be(403);
            (await client.OcsAsync("POST", "/admin/users/ada/app_passwords", new { name = "x" })).HttpStatus.Should().Be(403);
            (await client.OcsAsync("DELETE", "/admin/users/ada")).HttpStatus.Should().Be(403);
            (await client.OcsAsync("POST", "/admin/blocks/lift", new { address = "127.0.0.1" })).HttpStatus.Should().Be(403);
        }
    }

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task Blocked_addresses_and_callers_over_a_rate_limit_are_listed_and_a_block_is_lifted(string store)
    {
        var time = new ManualTimeProvider();
        await using var server = await TestServer.StartAsync(
            Enum.Parse<DatabaseProvider>(store),
            time,
            new Dictionary<string, string>
            {
                ["BruteForce:Enabled"] = "true",
                ["BruteForce:MaxAttempts"] = "2",
                ["RateLimits:Schedule:UserLimit"] = "1",
            }
        );
        await server.AddUserAsync("bob", password: SessionDriver.Password);
        using var admin = await server.UserAsync("ada", isAdmin: true);
        using var alice = await server.UserAsync("alice");
        for (var i = 0; i < 3; i++)
        {
            await server.Guest().TrySignInAsync("bob", $"guess {i}");
            await alice.TryScheduleAsync("core:text2text", new { input = "x" });
        }

        await server.Get<BlockKeeper>().RunAsync(Token);

        var overview = (await admin.OcsAsync("GET", "/admin/overview")).Data!;
        var block = overview["blocks"]!.AsArray().Single()!;
        block["address"]!.GetValue<string>().Should().Be("127.0.0.1/32");
        block["name"]!.GetValue<string>().Should().Be("bob");
        var hit = overview["rateLimitHits"]!.AsArray().Single()!;
        hit["caller"]!.GetValue<string>().Should().Be("user alice");
        hit["limit"]!.GetValue<string>().Should().Be("schedule");
        hit["count"]!.GetValue<int>().Should().Be(2);

        (await admin.OcsAsync("POST", "/admin/blocks/lift", new { address = "127.0.0.1/32", name = "bob" })).HttpStatus.Should().Be(200);
        await server.Get<ChangeWatcher>().RunAsync(Token);
        (await server.Guest().TrySignInAsync("bob", SessionDriver.Password)).StatusCode.Should().Be(HttpStatusCode.OK);
        time.Advance(TimeSpan.FromSeconds(2));
        time.SetForward(TimeSpan.FromHours(1));
        overview = (await admin.OcsAsync("GET", "/admin/overview")).Data!;
        overview["rateLimitHits"]!.AsArray().Should().BeEmpty();
        overview["blocks"]!.AsArray().Should().BeEmpty();
    }

    [Fact]
    public void Hits_of_many_callers_are_forgotten_the_oldest_first()
    {
        var hits = new RateLimitHits(new ManualTimeProvider());
        for (var i = 0; i < 1500; i++)
            hits.Record("schedule", $"user {i}");

        var listed = hits.List();

        listed.Should().HaveCount(1000);
        listed[0].Caller.Should().Be("user 1499");
        listed[^1].Caller.Should().Be("user 500");
    }

    private static async Task<string> NewAppPasswordAsync(HttpClient admin, string user, string name)
    {
        var reply = await admin.OcsAsync("POST", $"/admin/users/{user}/app_passwords", new { name });
        reply.HttpStatus.Should().Be(200, reply.Message);
        return ((JsonObject)reply.Data!)["appPassword"]!.GetValue<string>();
    }
}

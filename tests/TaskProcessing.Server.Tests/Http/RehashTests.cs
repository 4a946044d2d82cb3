using System.Net;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Tests.Support;

namespace TaskProcessing.Server.Tests.Http;

/// <summary>A password that was hashed with less work than is usual now is hashed anew when it is given.</summary>
public sealed class RehashTests
{
    private const string Password = "wonderland";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV2)]
    [InlineData(PasswordHasherCompatibilityMode.IdentityV3)]
    public async Task A_right_password_is_hashed_anew_and_sessions_go_on(PasswordHasherCompatibilityMode mode)
    {
        var old = OldHash(mode);
        await using var server = await StartAsync(old);
        var session = Passwords.NewToken();
        await server
            .Get<ISessionStore>()
            .AddAsync(
                new Session
                {
                    TokenHash = Passwords.HashToken(session),
                    AccountId = "alice",
                    PasswordStamp = Session.StampOf(old),
                    ClientName = "test",
                    CreatedAt = DateTimeOffset.UtcNow,
                    EndsAt = DateTimeOffset.UtcNow.AddDays(1),
                },
                most: 10,
                Token
            );

        (await LogInAsync(server, "wrong")).Should().Be(HttpStatusCode.Unauthorized);
        (await HashAsync(server)).Should().Be(old);
        (await LogInAsync(server, Password)).Should().Be(HttpStatusCode.OK);

        Passwords.Verify(await HashAsync(server), Password, out var isWeak).Should().BeTrue();
        isWeak.Should().BeFalse();
        (await server.Get<FindSession>().RunAsync("elsewhere", session, Token))!.Account.Id.Should().Be("alice");
        (await server.Get<VerifyCredentials>().RunAsync("elsewhere", "alice", Password, triesPassword: true, Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task Logins_at_the_same_time_are_all_right_and_agree_on_the_new_hash()
    {
        await using var server = await StartAsync(OldHash(PasswordHasherCompatibilityMode.IdentityV3));
        var verify = server.Get<VerifyCredentials>();

        var logins = await Task.WhenAll(
            Enumerable
                .Range(0, 6)
                .Select(number => Task.Run(async () => await verify.RunAsync($"{number}", "alice", Password, triesPassword: true, Token)))
        );

        var stored = await HashAsync(server);
        logins.Should().OnlyContain(login => login!.Credential.PasswordHash == stored);
    }

    private static string OldHash(PasswordHasherCompatibilityMode mode) =>
        new PasswordHasher<object>(
            Options.Create(new PasswordHasherOptions { CompatibilityMode = mode, IterationCount = 10_000 })
        ).HashPassword(new object(), Password);

    private static async Task<TestServer> StartAsync(string hash)
    {
        var server = await TestServer.StartAsync();
        await server
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = "alice",
                    PasswordHash = hash,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                Token
            );
        return server;
    }

    private static async Task<string> HashAsync(TestServer server) =>
        (await server.Get<IAccountStore>().FindAsync("alice", Token))!.PasswordHash;

    private static async Task<HttpStatusCode> LogInAsync(TestServer server, string password)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ocs/v2.php/cloud/user");
        request.Headers.Add("OCS-APIRequest", "true");
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", TestServer.Base64($"alice:{password}"));
        using var client = server.Guest();
        using var answer = await client.SendAsync(request, Token);
        return answer.StatusCode;
    }
}

using System.Net;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Providers;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>What one server knows of accounts, apps, sessions, keys and duties, the others on its PostgreSQL database know too.</summary>
public sealed class SharedStateTests
{
    private const string Type = "core:text2text";

    /// <summary>A server believes what it has read for a minute; this is less, and has room for a busy machine.</summary>
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(45);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_that_was_opened_at_one_server_counts_at_the_other_until_it_is_ended_at_either()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        await using var two = await one.StartPeerAsync(new NoPolls());
        using var alice = await one.SignedInAsync("alice");
        var cookie = await CookieOfAsync(one, "alice");
        using var elsewhere = two.Guest();
        elsewhere.DefaultRequestHeaders.Add("Cookie", cookie);
        (await elsewhere.GetAsync(SessionDriver.Route, Token)).StatusCode.Should().Be(HttpStatusCode.OK);

        await one.Get<RemoveAccount>().RunAsync("alice", Token);

        await BecomesAsync(() => elsewhere.GetAsync(SessionDriver.Route, Token), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_account_that_is_removed_and_an_app_password_that_is_revoked_at_one_server_are_refused_at_the_other()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        await using var two = await one.StartPeerAsync(new NoPolls());
        await one.AddUserAsync("alice");
        await one.AddUserAsync("bob");
        using var alice = ClientOf(two, "alice");
        using var bob = ClientOf(two, "bob");
        (await alice.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);
        (await bob.OcsAsync("GET", "/tasks")).HttpStatus.Should().Be(200);

        await one.Get<RemoveAccount>().RunAsync("alice", Token);
        await one.Get<IAccountStore>().RemoveAppPasswordsAsync("bob", "test", Token);

        await BecomesAsync(() => alice.GetAsync($"{OcsDriver.Root}/tasks", Token), HttpStatusCode.Unauthorized);
        await BecomesAsync(() => bob.GetAsync($"{OcsDriver.Root}/tasks", Token), HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task An_app_that_is_added_and_disabled_at_one_server_is_so_at_the_other()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        await using var two = await one.StartPeerAsync(new NoPolls());
        using var here = await one.WorkerAsync(Type);
        using var there = two.Guest();
        foreach (var header in here.DefaultRequestHeaders.Where(header => header.Key.Contains("APP")))
            there.DefaultRequestHeaders.Add(header.Key, header.Value);
        var route = $"{OcsDriver.Root}/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}";
        await BecomesAsync(() => there.GetAsync(route, Token), HttpStatusCode.NoContent);

        await one.Get<IExAppStore>().SetEnabledAsync("worker", enabled: false, Token);

        await BecomesAsync(() => there.GetAsync(route, Token), HttpStatusCode.PreconditionFailed, HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task Servers_that_start_together_on_a_new_database_share_one_key()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql);
        await using (var db = await one.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token))
            await db.DataProtectionKeys.ExecuteDeleteAsync(Token);

        var peers = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => one.StartPeerAsync()));

        var secret = peers[0].Get<IDataProtectionProvider>().CreateProtector("test").Protect("secret");
        foreach (var peer in peers)
            peer.Get<IDataProtectionProvider>().CreateProtector("test").Unprotect(secret).Should().Be("secret");
        await using (var db = await one.Get<IDbContextFactory<TaskDbContext>>().CreateDbContextAsync(Token))
            (await db.DataProtectionKeys.CountAsync(Token)).Should().Be(1);
        foreach (var peer in peers)
            await peer.DisposeAsync();
    }

    [Fact]
    public async Task Of_many_servers_one_takes_a_maintenance_job()
    {
        await using var one = await TestServer.StartAsync(DatabaseProvider.PostgreSql, new NoPolls());
        await using var two = await one.StartPeerAsync(new NoPolls());
        var now = DateTimeOffset.UtcNow;
        IMaintenanceSchedule[] schedules = [one.Get<IMaintenanceSchedule>(), two.Get<IMaintenanceSchedule>()];

        var taken = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(call => schedules[call % 2].TryTakeAsync("test", now, now + TimeSpan.FromMinutes(1), Token))
        );

        taken.Should().ContainSingle(isTaken => isTaken);
    }

    private static HttpClient ClientOf(TestServer server, string user)
    {
        var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64($"{user}:token-of-{user}"));
        return client;
    }

    private static async Task<string> CookieOfAsync(TestServer server, string user)
    {
        using var browser = server.Guest();
        using var answer = await browser.TrySignInAsync(user, SessionDriver.Password);
        return answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0];
    }

    private static async Task BecomesAsync(Func<Task<HttpResponseMessage>> ask, params HttpStatusCode[] expected)
    {
        using var patience = new CancellationTokenSource(Soon);
        while (true)
        {
            using var answer = await ask();
            if (expected.Contains(answer.StatusCode))
                return;
            patience.IsCancellationRequested.Should().BeFalse($"it still answers {answer.StatusCode}");
        }
    }
}

using System.Net;
using Microsoft.Extensions.Options;
using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tests.Cli;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Tests.Journeys;

/// <summary>Event streams and long polls end when their callers could no longer log in, after any kind of change.</summary>
public sealed class RevokedWaitTests
{
    private const string Type = "core:text2text";
    private const string Other = "core:text2text:topics";
    private const string Next = $"/tasks_provider/next?providerIds[]=worker:{Type}&taskTypeIds[]={Type}&wait=60";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(nameof(DatabaseProvider.Sqlite))]
    [InlineData(nameof(DatabaseProvider.PostgreSql))]
    public async Task A_command_that_revokes_a_login_closes_its_connections_and_no_others(string store)
    {
        await using var server = await TestServer.StartAsync(Enum.Parse<DatabaseProvider>(store));
        using var alice = await server.UserAsync("alice");
        using var bob = await server.UserAsync("bob");
        using var guest = server.Guest();
        using var byPassword = await ByPasswordAsync(server, "carol", "secret");
        using var worker = await server.WorkerAsync(Type, Other);
        using var bystander = await server.ExAppAsync("bystander", userId: "bob");
        var (ofBob, ofGuest) = ((await bob.ScheduleAsync(Other)).TaskId, (await guest.ScheduleAsync(Other)).TaskId);
        await using var aliceAll = await EventReader.FollowAsync(alice, "/tasks/events");
        await using var carolAll = await EventReader.FollowAsync(byPassword, "/tasks/events");
        await using var bobOne = await EventReader.FollowAsync(bob, $"/task/{ofBob}/events");
        await using var guestOne = await EventReader.FollowAsync(guest, $"/task/{ofGuest}/events");
        await using var appForBob = await EventReader.FollowAsync(bystander, $"/tasks_consumer/task/{ofBob}/events");
        foreach (var stream in new[] { bobOne, guestOne, appForBob })
            await stream.NextAsync();
        var bobPoll = bob.OcsAsync("GET", $"/task/{ofBob}?wait=60");
        var next = worker.OcsAsync("GET", Next);
        await OpenAsync(server, 7);

        await CommandAsync(server, "user", "password", "carol", "--password", "another one");
        await carolAll.EndsAsync();
        await OpenAsync(server, 6);
        await CommandAsync(server, "user", "revoke", "bob", "test");
        var refused = await bobPoll;
        (refused.HttpStatus, refused.MetaMessage).Should().Be((401, "Current user is not logged in"));
        await bobOne.EndsAsync();
        await OpenAsync(server, 4);
        await CommandAsync(server, "exapp", "disable", "worker");
        (await next).HttpStatus.Should().Be(412, "that is what others than provider apps hear");
        await OpenAsync(server, 3);
        await CommandAsync(server, "user", "remove", "alice");
        await aliceAll.EndsAsync();
        await OpenAsync(server, 2);
        await CommandAsync(server, "user", "remove", "bob");
        await OpenAsync(server, 1);

        (await EventReader.OpenAsync(alice, "/tasks/events")).StatusCode.Should().Be(HttpStatusCode.Unauthorized);
        await server.Get<CancelTask>().TryAsync(ofGuest, "test", Token);
        (await guestOne.NextAsync()).Status.Should().Be("STATUS_CANCELLED", "a guest has no login that could be lost");
    }

    [Fact]
    public async Task A_login_from_before_a_check_that_waits_after_it_is_checked_by_itself()
    {
        await using var server = await TestServer.StartAsync(time: new ManualTimeProvider());
        using var alice = await server.UserAsync("alice");
        var waits = server.Get<HeldConnections>();
        var before = waits.Checks;
        var credential = new Credential { AccountId = "alice", TokenHash = Passwords.HashToken("token-of-alice") };
        await server.Get<IAccountStore>().RemoveAsync("alice", Token);
        await server.Get<ChangeWatcher>().RunAsync(Token);

        using var late = waits.TryOpen(new ConnectionHolder(HolderKind.User, "alice", credential))!;

        waits.Checks.Should().NotBe(before, "so that it is seen that the login is an old one");
        await server.Get<CloseRevokedConnections>().RunAsync([late], Token);
        late.IsRevoked.Should().BeTrue();
        late.Ended.IsCancellationRequested.Should().BeTrue();
    }

    private static async Task<HttpClient> ByPasswordAsync(TestServer server, string user, string password)
    {
        await server.AddUserAsync(user, password: password);
        var client = server.Guest();
        client.DefaultRequestHeaders.Authorization = new("Basic", TestServer.Base64($"{user}:{password}"));
        return client;
    }

    /// <summary>As from a shell beside the server.</summary>
    private static Task<string> CommandAsync(TestServer server, params string[] args)
    {
        var store = server.Get<IOptions<StoreOptions>>().Value;
        return new CommandLineDriver(server.DataDirectory).SucceedAsync([
            .. args,
            $"--Store:Provider={store.Provider}",
            $"--Store:ConnectionString={store.ConnectionString}",
        ]);
    }

    private static Task OpenAsync(TestServer server, int count) =>
        Eventually.BecomesTrue(() => server.Get<HeldConnections>().Count == count, $"{count} being open");
}

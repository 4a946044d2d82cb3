using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Accounts.LoginFlows;
using TaskProcessing.Server.Accounts.Sessions;
using TaskProcessing.Server.Primitives;

namespace TaskProcessing.Server.Tests.Conformance;

/// <summary>Sessions and login flows, as each database keeps them.</summary>
public abstract class SessionStoreConformance : StoreConformance
{
    private ISessionStore Sessions => Database.Get<ISessionStore>();

    private ILoginFlowStore Flows => Database.Get<ILoginFlowStore>();

    [Fact]
    public async Task A_session_is_found_with_its_account_until_it_ends()
    {
        await AddAccountAsync("alice");
        var session = NewSession("a", "alice");
        await Sessions.AddAsync(session, most: 5, Token);

        var found = await Sessions.FindAsync("a", Now, Token);

        found!.Session.Should().BeEquivalentTo(session);
        found.Account.Id.Should().Be("alice");
        (await Sessions.FindAsync("b", Now, Token)).Should().BeNull();
        (await Sessions.FindAsync("a", session.EndsAt, Token)).Should().BeNull();
        await Sessions.ForgetAsync(session.EndsAt.AddMilliseconds(-1), Token);
        (await Sessions.FindAsync("a", Now, Token)).Should().NotBeNull();
        await Sessions.ForgetAsync(session.EndsAt, Token);
        (await Sessions.FindAsync("a", Now, Token)).Should().BeNull();
    }

    [Fact]
    public async Task With_one_session_too_many_the_oldest_of_the_account_ends()
    {
        await AddAccountAsync("alice");
        await AddAccountAsync("bob");
        await Sessions.AddAsync(NewSession("bobs", "bob"), most: 3, Token);

        for (var number = 1; number <= 4; number++)
            await Sessions.AddAsync(NewSession($"{number}", "alice", Now.AddMinutes(number)), most: 3, Token);

        var left = new List<string>();
        foreach (var hash in new[] { "bobs", "1", "2", "3", "4" })
        {
            if (await Sessions.FindAsync(hash, Now, Token) is not null)
                left.Add(hash);
        }

        left.Should().Equal("bobs", "2", "3", "4");
    }

    [Fact]
    public async Task A_session_is_removed_once_and_other_processes_hear_of_it()
    {
        await AddAccountAsync("alice");
        await Sessions.AddAsync(NewSession("a", "alice"), most: 5, Token);
        var before = await VersionAsync();

        (await Sessions.RemoveAsync("a", Token)).Should().BeTrue();
        (await Sessions.RemoveAsync("a", Token)).Should().BeFalse();

        (await VersionAsync()).Should().Be(before + 1);
    }

    [Fact]
    public async Task Sessions_and_granted_logins_go_with_their_account()
    {
        await AddAccountAsync("alice");
        await Sessions.AddAsync(NewSession("a", "alice"), most: 5, Token);
        await Flows.TryAddAsync(NewFlow("1"), 10, 10, Token);
        await Flows.GrantAsync("login 1", "alice", Now, Token);

        await Database.Get<IAccountStore>().RemoveAsync("alice", Token);

        (await Sessions.FindAsync("a", Now, Token)).Should().BeNull();
        (await Flows.TakeGrantedAsync("poll 1", Now, Token)).Should().BeNull();
    }

    [Fact]
    public async Task Credentials_of_a_session_are_good_until_it_is_removed()
    {
        await AddAccountAsync("alice");
        await Sessions.AddAsync(NewSession("a", "alice"), most: 5, Token);
        var credential = new Credential { AccountId = "alice", SessionHash = "a" };
        var other = new Credential { AccountId = "alice", SessionHash = "b" };
        var accounts = Database.Get<IAccountStore>();

        (await accounts.ListValidAsync([credential, other], Token)).Should().Equal(credential);
        await Sessions.RemoveAsync("a", Token);
        (await accounts.ListValidAsync([credential, other], Token)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_granted_login_is_taken_by_one_of_many_who_ask()
    {
        await AddAccountAsync("alice");
        await Flows.TryAddAsync(NewFlow("1"), 10, 10, Token);
        (await Flows.TakeGrantedAsync("poll 1", Now, Token)).Should().BeNull("nobody has granted it");
        (await Flows.FindWaitingAsync("login 1", Now, Token)).Should().BeEquivalentTo(NewFlow("1"));

        (await Flows.GrantAsync("login 1", "alice", Now, Token)).Should().BeTrue();
        (await Flows.GrantAsync("login 1", "alice", Now, Token)).Should().BeFalse();
        (await Flows.RefuseAsync("login 1", Token)).Should().BeFalse("it is granted");
        (await Flows.FindWaitingAsync("login 1", Now, Token)).Should().BeNull();
        var taken = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => Flows.TakeGrantedAsync("poll 1", Now, Token))));

        taken.OfType<GrantedLogin>().Should().Equal(new GrantedLogin("alice", "client"));
    }

    [Fact]
    public async Task A_login_flow_ends_and_can_be_refused()
    {
        await AddAccountAsync("alice");
        var flow = NewFlow("1");
        await Flows.TryAddAsync(flow, 10, 10, Token);
        (await Flows.FindWaitingAsync("login 1", flow.EndsAt, Token)).Should().BeNull();
        (await Flows.GrantAsync("login 1", "alice", flow.EndsAt, Token)).Should().BeFalse();
        (await Flows.GrantAsync("login 1", "alice", Now, Token)).Should().BeTrue();
        (await Flows.TakeGrantedAsync("poll 1", flow.EndsAt, Token)).Should().BeNull();
        await Flows.ForgetAsync(flow.EndsAt, Token);
        (await Flows.TakeGrantedAsync("poll 1", Now, Token)).Should().BeNull();

        await Flows.TryAddAsync(NewFlow("2"), 10, 10, Token);
        (await Flows.RefuseAsync("login 2", Token)).Should().BeTrue();
        (await Flows.GrantAsync("login 2", "alice", Now, Token)).Should().BeFalse();
    }

    [Fact]
    public async Task Only_so_many_clients_wait_from_one_network_and_in_all()
    {
        (await Flows.TryAddAsync(NewFlow("1"), 2, 3, Token)).Should().BeTrue();
        (await Flows.TryAddAsync(NewFlow("2"), 2, 3, Token)).Should().BeTrue();
        (await Flows.TryAddAsync(NewFlow("3"), 2, 3, Token)).Should().BeFalse();
        (await Flows.TryAddAsync(NewFlow("4", "198.51.100.7/32"), 2, 3, Token)).Should().BeTrue();
        (await Flows.TryAddAsync(NewFlow("5", "198.51.100.8/32"), 2, 3, Token)).Should().BeFalse();
        (await Flows.TryAddAsync(NewFlow("6", at: Now.AddHours(1)), 2, 3, Token)).Should().BeTrue("the others have ended");
    }

    private Task<bool> AddAccountAsync(string id) =>
        Database
            .Get<IAccountStore>()
            .TryAddAsync(
                new Account
                {
                    Id = id,
                    PasswordHash = "hash",
                    CreatedAt = Now,
                },
                Token
            );

    private async Task<long> VersionAsync() =>
        (await Database.Get<IChangeStore>().ReadVersionsAsync(Token)).GetValueOrDefault(ChangeTopic.Accounts);

    private Session NewSession(string hash, string accountId, DateTimeOffset? at = null) =>
        new()
        {
            TokenHash = hash,
            AccountId = accountId,
            PasswordStamp = "stamp",
            ClientName = "browser",
            CreatedAt = at ?? Now,
            EndsAt = (at ?? Now).AddHours(1),
        };

    private LoginFlow NewFlow(string number, string network = "192.0.2.7/32", DateTimeOffset? at = null) =>
        new()
        {
            PollTokenHash = $"poll {number}",
            LoginTokenHash = $"login {number}",
            ClientName = "client",
            Network = network,
            CreatedAt = at ?? Now,
            EndsAt = (at ?? Now).AddMinutes(20),
        };
}

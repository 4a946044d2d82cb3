using TaskProcessing.Server.Accounts;
using TaskProcessing.Server.Files;
using TaskProcessing.Server.Primitives;
using TaskProcessing.Server.Tasks;
using TaskProcessing.Server.Tasks.Reading;

namespace TaskProcessing.Server.Tests.Conformance;

public abstract class AccountStoreConformance : StoreConformance
{
    private IAccountStore Accounts => Database.Get<IAccountStore>();

    [Fact]
    public async Task An_account_is_found_in_any_case_with_its_stored_spelling()
    {
        var account = NewAccount("alice", isAdmin: true);

        (await Accounts.AnyAsync(Token)).Should().BeFalse();
        (await Accounts.TryAddAsync(account, Token)).Should().BeTrue();

        (await Accounts.FindAsync("alice", Token)).Should().BeEquivalentTo(account);
        (await Accounts.FindAsync("ALICE", Token)).Should().BeEquivalentTo(account);
        foreach (var other in new[] { "alice ", "", "a\0lice", "ALİCE", "alic\u212A", new string('a', 100_000) })
            (await Accounts.FindAsync(other, Token)).Should().BeNull();
        (await Accounts.AnyAsync(Token)).Should().BeTrue();
    }

    [Fact]
    public async Task An_id_is_given_once()
    {
        var first = NewAccount("alice");
        await Accounts.TryAddAsync(first, Token);

        (await Accounts.TryAddAsync(NewAccount("alice", isAdmin: true), Token)).Should().BeFalse();
        (await Accounts.TryAddAsync(NewAccount("Alice", isAdmin: true), Token)).Should().BeFalse();

        (await Accounts.FindAsync("alice", Token)).Should().BeEquivalentTo(first);
    }

    [Fact]
    public async Task Of_many_that_add_the_same_id_one_succeeds()
    {
        var added = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(number => Task.Run(() => Accounts.TryAddAsync(NewAccount(number % 2 == 0 ? "alice" : "Alice"), Token)))
        );

        added.Should().ContainSingle(success => success);
    }

    [Fact]
    public async Task Accounts_are_listed_by_id()
    {
        foreach (var id in new[] { "b", "C", "a", "_x" })
            await Accounts.TryAddAsync(NewAccount(id), Token);

        (await Accounts.ListAsync(Token)).Select(account => account.Id).Should().Equal("C", "_x", "a", "b");
    }

    [Fact]
    public async Task A_new_password_replaces_the_old_one()
    {
        await Accounts.TryAddAsync(NewAccount("alice"), Token);

        (await Accounts.SetPasswordHashAsync("alice", "new", Token)).Should().BeTrue();
        (await Accounts.SetPasswordHashAsync("bob", "new", Token)).Should().BeFalse();

        (await Accounts.FindAsync("alice", Token))!.PasswordHash.Should().Be("new");
    }

    [Fact]
    public async Task A_stronger_hash_replaces_only_the_one_that_it_was_made_for()
    {
        var account = NewAccount("alice");
        await Accounts.TryAddAsync(account, Token);

        (await Accounts.TryStrengthenAsync("alice", "another", "stronger", Token)).Should().BeFalse();
        (await Accounts.TryStrengthenAsync("bob", account.PasswordHash, "stronger", Token)).Should().BeFalse();
        (await Accounts.FindAsync("alice", Token))!.PasswordHash.Should().Be(account.PasswordHash);
        (await Accounts.TryStrengthenAsync("alice", account.PasswordHash, "stronger", Token)).Should().BeTrue();

        (await Accounts.FindAsync("alice", Token))!.PasswordHash.Should().Be("stronger");
    }

    [Fact]
    public async Task An_app_password_leads_to_its_account()
    {
        await Accounts.TryAddAsync(NewAccount("alice"), Token);
        await Accounts.TryAddAsync(NewAccount("bob"), Token);
        var appPassword = NewAppPassword("bob", "hash-1");

        await Accounts.AddAppPasswordAsync(appPassword, Token);

        appPassword.Id.Should().BePositive();
        (await Accounts.FindByTokenHashAsync("hash-1", Token))!.Id.Should().Be("bob");
        (await Accounts.FindByTokenHashAsync("hash-2", Token)).Should().BeNull();
    }

    [Fact]
    public async Task App_passwords_are_listed_and_revoked_by_their_names()
    {
        await Accounts.TryAddAsync(NewAccount("alice"), Token);
        await Accounts.TryAddAsync(NewAccount("bob"), Token);
        foreach (
            var (user, hash, name) in new[]
            {
                ("alice", "1", "laptop"),
                ("alice", "2", "phone"),
                ("alice", "3", "laptop"),
                ("bob", "4", "laptop"),
            }
        )
            await Accounts.AddAppPasswordAsync(
                new AppPassword
                {
                    AccountId = user,
                    Name = name,
                    TokenHash = hash,
                    CreatedAt = DateTimeOffset.UnixEpoch,
                },
                Token
            );
        (await Accounts.ListAppPasswordsAsync("alice", Token)).Select(one => one.Name).Should().Equal("laptop", "phone", "laptop");

        (await Accounts.RemoveAppPasswordsAsync("alice", "laptop", Token)).Should().BeTrue();
        (await Accounts.RemoveAppPasswordsAsync("alice", "laptop", Token)).Should().BeFalse();

        (await Accounts.ListAppPasswordsAsync("alice", Token)).Select(one => one.Name).Should().Equal("phone");
        (await Accounts.FindByTokenHashAsync("3", Token)).Should().BeNull();
        (await Accounts.FindByTokenHashAsync("4", Token)).Should().NotBeNull();
    }

    [Fact]
    public async Task A_credential_is_valid_while_its_account_has_the_named_password()
    {
        await Accounts.TryAddAsync(NewAccount("alice"), Token);
        await Accounts.TryAddAsync(NewAccount("carol"), Token);
        await Accounts.AddAppPasswordAsync(NewAppPassword("alice", "token"), Token);
        var password = (await Accounts.FindAsync("alice", Token))!.PasswordHash;
        Credential[] all =
        [
            new() { AccountId = "alice", PasswordHash = password },
            new() { AccountId = "alice", PasswordHash = "another" },
            new() { AccountId = "alice", TokenHash = "token" },
            new() { AccountId = "alice", TokenHash = "revoked" },
            new() { AccountId = "bob", TokenHash = "token" },
            new() { AccountId = "bob", PasswordHash = password },
            new()
            {
                AccountId = "alice",
                AppId = "app",
                AppSecret = "x",
            },
            new()
            {
                AccountId = "bob",
                AppId = "app",
                AppSecret = "x",
            },
            new() { AppId = "app", AppSecret = "x" },
            new() { AccountId = "carol", TokenHash = "token" },
        ];

        (await Accounts.ListValidAsync(all, Token)).Should().Equal(all[0], all[2], all[6], all[8]);

        await Accounts.RemoveAsync("alice", Token);
        (await Accounts.ListValidAsync(all, Token)).Should().Equal(all[8]);
    }

    [Fact]
    public async Task An_account_takes_its_app_passwords_tasks_and_files_along()
    {
        var tasks = Database.Get<ITaskStore>();
        foreach (var id in new[] { "alice", "bob" })
        {
            await Accounts.TryAddAsync(NewAccount(id), Token);
            await Accounts.AddAppPasswordAsync(NewAppPassword(id, "hash-" + id), Token);
            await tasks.AddAsync(NewTask(userId: id), Token);
        }

        var ended = NewTask(userId: "alice");
        await tasks.AddAsync(ended, Token);
        await tasks.TryCancelAsync(ended.Id, "test", Now, Token);
        var waiting = (await tasks.ListAsync(new TaskQuery { Owner = new TaskOwner("alice", null) }, Token))
            .Single(task => task.Id != ended.Id)
            .Id;

        await using var db = Database.OpenContext();
        db.AddRange(new StoredFile { UserId = "alice", Name = "a.txt" }, new StoredFile { UserId = "bob", Name = "b.txt" });
        await db.SaveChangesAsync(Token);

        (await Accounts.RemoveAsync("alice", Token)).Should().Equal(new RemovedTask(waiting, "alice"));
        (await Accounts.RemoveAsync("alice", Token)).Should().BeNull();

        (await Accounts.FindAsync("alice", Token)).Should().BeNull();
        (await Accounts.FindByTokenHashAsync("hash-alice", Token)).Should().BeNull();
        (await Accounts.FindByTokenHashAsync("hash-bob", Token)).Should().NotBeNull();
        (await tasks.ListAsync(new TaskQuery(), Token)).Should().ContainSingle().Which.UserId.Should().Be("bob");
        db.Files.Should().OnlyContain(file => file.UserId == "bob").And.Contain(file => file.Name == "b.txt");
    }

    [Fact]
    public async Task Every_change_is_counted_and_nothing_else()
    {
        (await VersionAsync()).Should().Be(0);
        await Accounts.TryAddAsync(NewAccount("alice"), Token);
        (await VersionAsync()).Should().Be(1);
        await Accounts.SetPasswordHashAsync("alice", "new", Token);
        (await VersionAsync()).Should().Be(2);
        await Accounts.AddAppPasswordAsync(NewAppPassword("alice", "hash"), Token);
        (await VersionAsync()).Should().Be(3);
        await Accounts.RemoveAsync("alice", Token);
        (await VersionAsync()).Should().Be(4);

        await Accounts.TryAddAsync(NewAccount("bob"), Token);
        await Accounts.TryAddAsync(NewAccount("bob"), Token);
        await Accounts.SetPasswordHashAsync("carol", "new", Token);
        await Accounts.RemoveAsync("carol", Token);
        (await VersionAsync()).Should().Be(5);
    }

    private async Task<long> VersionAsync() =>
        (await Database.Get<IChangeStore>().ReadVersionsAsync(Token)).GetValueOrDefault(ChangeTopic.Accounts);

    private Account NewAccount(string id, bool isAdmin = false) =>
        new()
        {
            Id = id,
            DisplayName = "Name of " + id,
            PasswordHash = "hash of " + id,
            IsAdmin = isAdmin,
            CreatedAt = Now,
        };

    private AppPassword NewAppPassword(string accountId, string tokenHash) =>
        new()
        {
            AccountId = accountId,
            Name = "phone",
            TokenHash = tokenHash,
            CreatedAt = Now,
        };
}

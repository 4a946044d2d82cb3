using Microsoft.EntityFrameworkCore;
using TaskProcessing.Server.Accounts.Connections;
using TaskProcessing.Server.Store;
using TaskProcessing.Server.Store.Dialects.PostgreSql;
using TaskProcessing.Server.Tests.Support;
using TaskProcessing.Server.Upkeep.Watching;

namespace TaskProcessing.Server.Tests.Store;

/// <summary>Several nodes that take places for waiting in one PostgreSQL database.</summary>
public sealed class PostgreSqlPlacesTests : IAsyncLifetime
{
    private static readonly ConnectionHolder Alice = new(HolderKind.User, "alice", null);
    private static readonly ConnectionHolder Bob = new(HolderKind.User, "bob", null);

    private TestDatabase _database = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _database = await TestDatabase.CreateAsync(DatabaseProvider.PostgreSql);

    public async ValueTask DisposeAsync()
    {
        if (_database is not null)
            await _database.DisposeAsync();
    }

    [Fact]
    public async Task Waits_that_begin_at_the_same_time_at_three_nodes_are_as_many_as_the_limit()
    {
        SharedPlaces[] nodes = [Node(), Node(), Node()];

        var entered = await Task.WhenAll(
            Enumerable.Range(0, 60).Select(call => nodes[call % 3].TryEnterAsync(Alice, limit: 20, Token).AsTask())
        );

        entered.Count(isIn => isIn).Should().Be(20);
        (await Node().TryEnterAsync(Bob, limit: 20, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task A_place_that_is_left_is_free_at_the_same_node_at_once_and_at_others_when_it_is_given_back()
    {
        var (one, two) = (Node(), Node());
        (await one.TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
        (await two.TryEnterAsync(Alice, limit: 1, Token)).Should().BeFalse();

        one.Leave(Alice);
        (await one.TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
        one.Leave(Alice);
        await one.GiveUnusedBackAsync(Token);
        (await two.TryEnterAsync(Alice, limit: 1, Token)).Should().BeFalse("it was used since the last look");
        await one.GiveUnusedBackAsync(Token);

        (await two.TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
        (await one.TryEnterAsync(Alice, limit: 1, Token)).Should().BeFalse();
        one.HasTaken.Should().BeTrue("it asked for one");
    }

    [Fact]
    public async Task Of_the_places_that_were_needed_once_the_rest_is_given_back()
    {
        var (one, two) = (Node(), Node());
        for (var count = 0; count < 5; count++)
            (await one.TryEnterAsync(Alice, limit: 5, Token)).Should().BeTrue();
        for (var count = 0; count < 3; count++)
            one.Leave(Alice);

        await one.GiveUnusedBackAsync(Token);
        await one.GiveUnusedBackAsync(Token);

        var entered = new List<bool>();
        for (var count = 0; count < 4; count++)
            entered.Add(await two.TryEnterAsync(Alice, limit: 5, Token));
        entered.Should().Equal(true, true, true, false);
    }

    [Fact]
    public async Task The_places_of_a_node_that_died_are_free()
    {
        (await Node().TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
        var other = Node();
        (await other.TryEnterAsync(Alice, limit: 1, Token)).Should().BeFalse();

        await using (var db = _database.OpenContext())
            await db.Database.ExecuteSqlRawAsync("UPDATE place_servers SET seen_at = seen_at - 31000", Token);

        (await other.TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
    }

    [Fact]
    public async Task No_row_is_left_of_a_holder_whose_last_place_is_given_back()
    {
        var store = new PostgreSqlPlaces(_database.Get<Database>());
        var node = new SharedPlaces(store);
        var keeper = new PlaceKeeper(node, store);
        (await node.TryEnterAsync(Alice, limit: 1, Token)).Should().BeTrue();
        (await HoldersAsync()).Should().Be(1);

        node.Leave(Alice);
        // It was used since the last look.
        await keeper.RunAsync(Token);
        await keeper.RunAsync(Token);

        node.HasTaken.Should().BeFalse();
        (await HoldersAsync()).Should().Be(0);
    }

    [Fact]
    public async Task Without_a_limit_nothing_is_counted()
    {
        var node = Node();

        (await node.TryEnterAsync(Alice, limit: 0, Token)).Should().BeTrue();
        node.HasTaken.Should().BeFalse();
    }

    private async Task<long> HoldersAsync()
    {
        await using var db = _database.OpenContext();
        return (await db.Database.SqlQueryRaw<long>("SELECT COUNT(*) AS \"Value\" FROM held_places").ToListAsync(Token))[0];
    }

    private SharedPlaces Node() => new(new PostgreSqlPlaces(_database.Get<Database>()));
}
